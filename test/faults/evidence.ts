import { reconcile } from '../../src/modules/overview/reconcile.ts';
import type { Discrepancy } from '../../src/modules/overview/reconcile-balances.ts';
import type { Sql } from '../../src/platform/postgres/client.ts';
import { createTemporalClient } from '../../src/platform/temporal/client.ts';
import { readJournal } from './journal.ts';
import type { AcceptedMail } from './processes/smtp-server.ts';
import type { AcknowledgedWebhook } from './processes/store.ts';
import type { System } from './system.ts';

/** An order as the books have it; amounts in minor units. */
export type BookedOrder = {
  id: string;
  customerId: string;
  status: string;
  total: number;
  /** The amounts of its charges. */
  charges: number[];
  outstanding: number;
  /** What the ledger holds as credit because of this order. */
  credit: number;
  dueOn: string;
  /** How often the due date was changed. */
  moves: number;
  workflowId: string;
  isFinished: boolean;
};
/** `id` is the business key under which it was asked. */
export type BookedCommand = {
  id: string;
  orderId: string;
  kind: string;
  outcome: 'applied' | 'refused' | null;
  refusal: string | null;
  dueOn: string | null;
};
export type BookedPayment = { id: string; orderId: string; amount: number; booked: number };
export type BookedMail = {
  id: string;
  /** Null: about several orders. */
  orderId: string | null;
  /** The orders that it names as a payment's receipt. */
  receiptFor: string[];
  kind: string;
  /** Null: it was never composed. */
  messageId: string | null;
  state: string;
  /** The status of its orders at the beginning of each attempt. */
  begun: string[];
};
export type Delivery = { id: string; orderId: string; type: string; sequence: number; isDelivered: boolean };
export type Account = { customerId: string; creditLimit: number; exposure: number; unapplied: number };

/** All that is left when the load has ended: the books, what the others have received, and what runs. */
export type Evidence = {
  orders: BookedOrder[];
  commands: BookedCommand[];
  payments: BookedPayment[];
  accounts: Account[];
  mails: BookedMail[];
  deliveries: Delivery[];
  acceptedMails: AcceptedMail[];
  webhooks: AcknowledgedWebhook[];
  discrepancies: Discrepancy[];
  /** The ids of the orders' workflows that run. */
  running: string[];
};

/** Makes PostgreSQL note how an order stands whenever an attempt to send one of its mails begins. */
export async function watchMails(sql: Sql): Promise<void> {
  await sql`create table begun (mail_id text not null, status text)`;
  await sql`
    create function note_begun() returns trigger language plpgsql as $$
    begin
      if tg_op = 'INSERT' or new.attempts > old.attempts then
        insert into begun select new.id, status from orders
          where id = new.order_id or id in (select order_id from steps where mail_id = new.id and state = 'in_letter');
      end if;
      return new;
    end $$`;
  await sql`create trigger note_begun before insert or update on mails for each row execute function note_begun()`;
}

/** What the system still has to do by itself, in words; empty when it is at rest. */
export async function pendingIn(sql: Sql): Promise<string[]> {
  return (
    await sql<{ what: string }[]>`
      select format('%s of order %s waits', kind, order_id) as what from commands where outcome is null
      union all select format('mail %s is %s', id, state) from mails where state in ('queued', 'sending')
      union all select format('order %s has no workflow yet', id) from orders where started_at is null
      union all select format('order %s is closed, but not finished', id) from orders where closed_at is not null and finished_at is null
      union all select format('the store does not know of order %s', id) from orders where status = 'open' and paid_in_store <> 'marked'
      union all select format('order %s waits for its step %s', s.order_id, s.key) from steps s join orders o on o.id = s.order_id
        where o.status = 'open' and s.tone is not null
          and (s.state = 'in_letter' or (s.state in ('planned', 'waiting') and s.look_at < now() + interval '10 minutes'))
      union all select format('order %s is not confirmed to the customer', id) from orders o where status = 'open' and not exists
        (select 1 from mails where order_id = o.id and kind = 'confirmation' and state in ('sent', 'sent_maybe_twice'))`
  ).map(({ what }) => what);
}

export async function readEvidence({ sql, temporalAddress, journals }: System): Promise<Evidence> {
  const temporal = createTemporalClient({ address: temporalAddress, namespace: 'default' });
  try {
    const running: string[] = [];
    const query = "WorkflowType = 'deferredOrder' and ExecutionStatus = 'Running'";
    for await (const { workflowId } of temporal.client.workflow.list({ query })) running.push(workflowId);
    // Orders of the last minute count, too.
    const inTwoMinutes = new Date(Date.now() + 120_000).toISOString();
    return {
      ...(await readBooks(sql)),
      acceptedMails: readJournal(journals.mails),
      webhooks: readJournal(journals.webhooks),
      discrepancies: await reconcile(sql, temporal.client, inTwoMinutes),
      running,
    };
  } finally {
    await temporal.close();
  }
}

async function readBooks(sql: Sql) {
  const [orders, commands, payments, accounts, mails, deliveries] = await Promise.all([
    sql<BookedOrder[]>`
      select o.id, o.customer_id, o.status, o.total, o.outstanding, i.due_on, i.moves,
             format('order/%s/%s', o.id, o.episode) as workflow_id, o.finished_at is not null as is_finished,
             coalesce((select array_agg(amount) from ledger where order_id = o.id and kind = 'charge'), '{}') as charges,
             coalesce((select sum(amount) from ledger where order_id = o.id and account = 'unapplied'), 0)::bigint as credit
      from orders o join instalments i on i.order_id = o.id and i.number = 1`,
    sql<BookedCommand[]>`
      select coalesce(body->>'paymentId', body->>'creditNoteId', format('%s-%s', order_id, kind)) as id,
             order_id, kind, outcome, refusal, body->>'dueOn' as due_on
      from commands`,
    sql<BookedPayment[]>`
      select p.payment_id as id, p.order_id, p.amount,
             coalesce((select sum(case account when 'receivable' then -l.amount else l.amount end)
                       from ledger l where l.payment_id = p.payment_id and l.kind = 'payment'), 0)::bigint as booked
      from payments p`,
    sql<Account[]>`select customer_id, credit_limit, exposure, unapplied from accounts`,
    sql<BookedMail[]>`
      select id, order_id, kind, message_id, state,
             array(select order_id from receipts where mail_id = mails.id and paid is not null) as receipt_for,
             array(select status from begun where mail_id = mails.id) as begun
      from mails`,
    sql<Delivery[]>`
      select id, order_id, type, sequence, delivered_at is not null as is_delivered from webhook_deliveries`,
  ]);
  return { orders, commands, payments, accounts, mails, deliveries };
}
