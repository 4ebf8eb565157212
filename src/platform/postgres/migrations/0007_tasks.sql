-- Who looks after the customer for the merchant: name, email.
alter table customers add column account_manager jsonb;

-- A copy, and where answers go, are frozen with the mail: an attempt that is repeated says the same.
alter table mails
  add column copy_to  text,
  add column reply_to text;
update mails set reply_to = (select body ->> 'replyTo' from policies where kind = 'settings' order by version desc limit 1)
  where state = 'sending';

-- What waits for a person's decision.
create table tasks (
  id          bigint generated always as identity primary key,
  kind        text not null check (kind in ('terms-request')),
  customer_id external_id not null references customers,
  order_id    external_id,                             -- of a refused order there is no row
  amount      bigint check (amount > 0),
  currency    currency_code,
  note        text,
  checks      jsonb not null,                          -- as they were when the task was opened
  opened_at   timestamptz not null,
  opened_by   text not null,
  state       text not null default 'open' check (state in ('open', 'done')),
  outcome     text check (outcome in ('granted', 'refused', 'done')),
  closed_at   timestamptz,
  closed_by   text,
  reason      text,
  check ((amount is null) = (currency is null)),
  check ((state = 'open') = (outcome is null) and (state = 'open') = (closed_at is null)
    and (state = 'open') = (closed_by is null) and (state = 'open') = (reason is null))
);
create unique index tasks_one_terms_request on tasks (customer_id) where kind = 'terms-request' and state = 'open';
create index tasks_by_opening on tasks (opened_at desc, id desc);
create index tasks_open on tasks (id) where state = 'open';
