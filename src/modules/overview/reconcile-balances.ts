import type { Db } from '../../platform/postgres/client.ts';

/** Something that does not add up: the record, and the two figures that differ. */
export type Discrepancy = { subject: string; problem: string };

/** Compares every stored balance with the sum of its entries, over all customers, orders and payments. */
export async function reconcileBalances(db: Db): Promise<Discrepancy[]> {
  const found = await Promise.all([
    db<Discrepancy[]>`
      select 'order/' || o.id as subject, format('stored balance %s, ledger %s', o.outstanding, coalesce(sum(l.amount), 0)) as problem
      from orders o left join ledger l on l.order_id = o.id and l.account = 'receivable'
      group by o.id having o.outstanding <> coalesce(sum(l.amount), 0)`,
    db<Discrepancy[]>`
      select format('order/%s instalment %s', i.order_id, i.number) as subject,
             format('stored balance %s with charges of %s, ledger %s', i.outstanding, i.charges, coalesce(sum(l.amount), 0)) as problem
      from instalments i left join ledger l on l.order_id = i.order_id and l.instalment = i.number and l.account = 'receivable'
      group by i.order_id, i.number having i.outstanding <> coalesce(sum(l.amount), 0) or i.charges <> coalesce(sum(l.amount) filter (where l.part = 'charges'), 0)`,
    db<Discrepancy[]>`
      with owed as (select customer_id, currency, sum(amount) as amount from ledger where account = 'receivable' group by 1, 2),
           held as (select customer_id, currency, sum(total) as amount from orders where status = 'reserved' group by 1, 2)
      select 'customer/' || customer_id as subject,
             format('stored exposure %s, open balances %s and reservations %s in %s', coalesce(a.exposure, 0), coalesce(owed.amount, 0), coalesce(held.amount, 0), currency) as problem
      from accounts a full join owed using (customer_id, currency) full join held using (customer_id, currency)
      where coalesce(a.exposure, 0) <> coalesce(owed.amount, 0) + coalesce(held.amount, 0)`,
    db<Discrepancy[]>`
      with credit as (select customer_id, currency, sum(amount) as amount from ledger where account = 'unapplied' group by 1, 2)
      select 'customer/' || customer_id as subject, format('stored unapplied credit %s, ledger %s in %s', coalesce(a.unapplied, 0), coalesce(credit.amount, 0), currency) as problem
      from accounts a full join credit using (customer_id, currency) where coalesce(a.unapplied, 0) <> coalesce(credit.amount, 0)`,
    db<Discrepancy[]>`
      with booked as (select payment_id, sum(case account when 'receivable' then -amount else amount end) as amount
                      from ledger where kind = 'payment' group by payment_id)
      select 'payment/' || p.payment_id as subject, format('received %s, booked %s', p.amount, coalesce(booked.amount, 0)) as problem
      from payments p left join booked on booked.payment_id = p.payment_id left join commands c on c.id = p.command_id
      where p.amount <> coalesce(booked.amount, 0) and (c.id is null or c.outcome is not null)`,
    db<Discrepancy[]>`
      with sums as (
        select payment_id,
               coalesce(-sum(amount) filter (where account = 'receivable' and effect in ('payment', 'allocation')), 0) as allocated,
               coalesce(sum(amount) filter (where account = 'unapplied'), 0) as unapplied,
               coalesce(-sum(amount) filter (where account = 'unapplied' and effect = 'refund'), 0) as refunded,
               coalesce(sum(case account when 'receivable' then amount else -amount end) filter (where kind = 'reversal' and effect = 'payment'), 0) as reversed
        from ledger where payment_id is not null group by payment_id)
      select 'payment/' || p.payment_id as subject,
             format('received %s, allocated %s, unapplied %s, refunded %s, reversed %s', p.amount, s.allocated, s.unapplied, s.refunded, s.reversed) as problem
      from payments p join sums s using (payment_id)
      where p.amount <> s.allocated + s.unapplied + s.refunded + s.reversed or s.unapplied < 0
         or s.reversed not in (0, p.amount) or (s.reversed > 0 and s.unapplied <> 0)`,
    db<Discrepancy[]>`
      select 'order/' || id as subject, format('is %s with a balance of %s', status, outstanding) as problem from orders
      where (status = 'open') <> (outstanding > 0)`,
    db<Discrepancy[]>`
      select 'order/' || o.id as subject, format('total %s, instalments %s', o.total, sum(i.amount)) as problem
      from orders o left join instalments i on i.order_id = o.id group by o.id having o.total is distinct from sum(i.amount)`,
    db<Discrepancy[]>`
      select 'order/' || o.id as subject, format('total %s, charged %s', o.total, coalesce(sum(l.amount), 0)) as problem
      from orders o left join ledger l on l.order_id = o.id and l.account = 'receivable' and l.kind in ('charge', 'amendment')
      group by o.id having case when o.confirmed_at is null then 0 else o.total end <> coalesce(sum(l.amount), 0)`,
    db<Discrepancy[]>`
      select 'order/' || o.id as subject, format('fulfilled %s, its parts %s', o.fulfilled, coalesce(sum(f.amount), 0)) as problem
      from orders o left join fulfilments f on f.order_id = o.id group by o.id having o.fulfilled <> coalesce(sum(f.amount), 0)`,
    db<Discrepancy[]>`
      select 'invoice/' || i.id as subject, format('total %s and payable %s, its parts %s and %s', i.total, i.payable, sum(p.amount), sum(p.payable)) as problem
      from invoices i left join invoice_parts p on p.invoice_id = i.id group by i.id
      having i.total is distinct from sum(p.amount) or i.payable is distinct from sum(p.payable)`,
    db<Discrepancy[]>`
      select 'order/' || o.id as subject, format('total %s, invoiced %s', o.total, sum(p.amount)) as problem
      from orders o join invoice_parts p on p.order_id = o.id group by o.id having sum(p.amount) > o.total`,
    db<Discrepancy[]>`
      select 'ledger/' || l.entry_key as subject, 'names another customer or currency than its order' as problem
      from ledger l join orders o on o.id = l.order_id where l.customer_id <> o.customer_id or l.currency <> o.currency`,
    db<Discrepancy[]>`
      select 'order/' || o.id as subject, format('is in %s, in which its customer has no account', o.currency) as problem
      from orders o where not exists (select 1 from accounts a where a.customer_id = o.customer_id and a.currency = o.currency)`,
    db<Discrepancy[]>`
      select 'order/' || o.id as subject, format('is %s, but its charge was%s cancelled', o.status, case when o.status = 'cancelled' then ' not' else '' end) as problem
      from orders o where o.confirmed_at is not null
        and (o.status = 'cancelled') <> exists (select 1 from ledger where order_id = o.id
          and (kind = 'cancellation' or (kind = 'credit_note' and o.status = 'cancelled')))`,
  ]);
  return found.flat();
}

/** Commands that no workflow has taken for longer than the poller needs. */
export async function reconcileCommands(db: Db, olderThan: string): Promise<Discrepancy[]> {
  return db<Discrepancy[]>`
    select format('order/%s command %s', order_id, id) as subject, format('%s waits since %s', kind, created_at) as problem
    from commands where outcome is null and created_at < ${olderThan}`;
}

/** Webhooks that still wait for an outcome although their order is finished: nobody works on them any more. */
export async function reconcileFinished(db: Db): Promise<Discrepancy[]> {
  return db<Discrepancy[]>`
    select 'order/' || order_id as subject, format('is finished, but its webhook %s is pending', d.id) as problem
    from webhook_deliveries d join orders o on o.id = order_id
    where finished_at is not null and delivered_at is null and given_up_at is null`;
}

/** Events of finished orders that should have been delivered or given up: those recorded before `olderThan`. */
export async function reconcileEvents(db: Db, olderThan: string): Promise<Discrepancy[]> {
  return db<Discrepancy[]>`
    select 'order/' || order_id as subject, format('is finished, but its event %s is pending', e.id) as problem
    from events e join orders o on o.id = order_id
    where delivered_at is null and given_up_at is null and finished_at is not null and e.created_at < ${olderThan}`;
}

/** Ids of orders that are not finished and should have a workflow by `before`, page by page. */
export async function* unfinishedOrdersBefore(db: Db, before: string): AsyncIterable<string[]> {
  for (let after = ''; ; ) {
    const page = await db<{ id: string }[]>`
      select id from orders
      where finished_at is null and (started_at is not null or wake_by < ${before}) and id > ${after}
      order by id limit 500`;
    const last = page.at(-1);
    if (!last) return;
    yield page.map(({ id }) => id);
    after = last.id;
  }
}

/** How many orders and ledger entries there are to compare. */
export async function sizeOfBooks(db: Db): Promise<{ orders: number; entries: number }> {
  const [count] = await db<{ orders: number; entries: number }[]>`
    select (select count(*)::int from orders) as orders, (select count(*)::int from ledger) as entries`;
  return count!;
}
