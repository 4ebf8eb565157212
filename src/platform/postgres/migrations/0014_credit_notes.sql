-- What reduces a debt without money. How much of it reduced what is in the ledger.
create table credit_notes (
  credit_note_id text primary key,
  order_id       external_id not null references orders,
  amount         bigint not null check (amount > 0),
  currency       currency_code not null,
  issued_on      date not null,
  number         text,
  fingerprint    text not null,
  command_id     text not null references commands,
  actor          text not null,
  created_at     timestamptz not null
);
create index credit_notes_by_order on credit_notes (order_id);

-- Credit paid out to a customer.
create table refunds (
  refund_id   text primary key,
  customer_id external_id not null references customers,
  amount      bigint not null check (amount > 0),
  currency    currency_code not null,
  refunded_on date not null,
  method      text,
  reference   text,
  reason      text,
  fingerprint text not null,
  actor       text not null,
  created_at  timestamptz not null
);
create index refunds_by_customer on refunds (customer_id, created_at);

-- What waits for the word of a second person.
create table approvals (
  id           text primary key,
  order_id     external_id not null references orders,
  kind         text not null check (kind in ('write-off')),
  amount       bigint not null check (amount > 0),
  currency     currency_code not null,
  reason       text not null,
  requested_by text not null,
  requested_at timestamptz not null,
  decision     text check (decision in ('approved', 'rejected')),
  decided_by   text,
  decided_at   timestamptz,
  comment      text,
  check ((decision is null) = (decided_by is null) and (decision is null) = (decided_at is null)),
  check (decided_by <> requested_by)
);
create unique index approvals_waiting on approvals (order_id, kind) where decision is null;
create index approvals_by_time on approvals (requested_at desc, id desc);

-- Settings that were written before say nothing of it.
update policies set body = '{"writeOffApprovalOver": null}' || body where kind = 'settings';
