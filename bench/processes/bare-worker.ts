import { activityInfo } from '@temporalio/activity';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createRenderer } from '../../src/modules/dunning/letters/render.ts';
import { createMailer, messageIdFor } from '../../src/platform/smtp/mailer.ts';
import { serve } from '../helper.ts';

const FROM = 'Netterms <netterms@localhost>';

Runtime.install({ logger: new DefaultLogger('WARN') });

/** A letter like the product's, rendered once. */
async function letter() {
  const renderer = await createRenderer();
  const outstanding = { amount: 122_000, currency: 'EUR' };
  return renderer.renderLetter('it-IT', {
    tone: 'due',
    company: 'Forniture Bianchi S.p.A.',
    customerName: 'Officine Rossi 100 S.r.l.',
    attention: null,
    items: [
      {
        orderId: 'reminders-1-100',
        orderNumber: 'SO-reminders-1-100',
        purchaseOrder: null,
        invoices: [],
        orders: [],
        instalment: null,
        dueOn: '2027-01-31',
        daysLate: 0,
        tone: 'due',
        lines: [],
        outstanding,
        collection: 'transfer',
      },
    ],
    dueSoon: [],
    deadline: null,
    today: '2027-01-31',
    reference: 'SO-reminders-1-100',
    accounts: [
      { currency: 'EUR', holder: 'Forniture Bianchi S.p.A.', iban: 'IT60X0542811101000000123456', bic: null },
    ],
    fee: null,
    creditHeld: [],
    brokenPromise: null,
    lastLettersOn: [],
    termsBlocked: false,
    lateInterestLaw: false,
    disputedPart: false,
    sender: { name: null, phone: null },
    replyTo: 'crediti@forniture-bianchi.example',
  });
}

function createActivities(smtpUrl: string, content: Awaited<ReturnType<typeof letter>>) {
  const mailer = createMailer({ smtpUrl, from: FROM });
  return {
    async send(): Promise<void> {
      const { workflowId } = activityInfo().workflowExecution!;
      await mailer.send({
        ...content,
        to: 'amministrazione@officine-rossi.example',
        replyTo: 'crediti@forniture-bianchi.example',
        messageId: messageIdFor(workflowId, FROM),
      });
    },
  };
}
export type BareActivities = ReturnType<typeof createActivities>;

const commands = {
  async run(given: {
    address: string;
    taskQueue: string;
    smtpUrl: string;
    maxCachedWorkflows: number;
    maxMailsPerSecond: number;
  }): Promise<void> {
    const worker = await Worker.create({
      connection: await NativeConnection.connect({ address: given.address }),
      taskQueue: given.taskQueue,
      workflowsPath: new URL('./bare-workflows.ts', import.meta.url).pathname,
      maxCachedWorkflows: given.maxCachedWorkflows,
      maxTaskQueueActivitiesPerSecond: given.maxMailsPerSecond,
      activities: createActivities(given.smtpUrl, await letter()),
    });
    void worker.run();
  },
};
export type BareWorker = typeof commands;

serve(commands);
