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
  const amount = { amount: 122_000, currency: 'EUR' };
  const due = {
    number: 1,
    dueOn: '2027-01-31',
    waitsFor: null,
    collection: 'transfer' as const,
    amount,
    outstanding: amount,
  };
  return renderer.render('on-due', 'it-IT', {
    company: 'Forniture Bianchi S.p.A.',
    customerName: 'Officine Rossi 100 S.r.l.',
    orderId: 'reminders-1-100',
    orderNumber: 'SO-reminders-1-100',
    invoices: [],
    termsLabel: 'An hour',
    total: amount,
    withheld: { ...amount, amount: 0 },
    outstanding: amount,
    instalments: [due],
    instalment: due,
    daysLate: 0,
    isDueOver: false,
    iban: 'IT60X0542811101000000123456',
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
