-- A customer who is insolvent orders, is reminded and owes further interest no more, until an admin decides otherwise.
alter table customers
  add column insolvent_since date,                     -- nothing accrues from this day on
  drop constraint customers_privilege_check,
  drop constraint customers_privilege_after_check,
  add constraint customers_privilege_check
    check (privilege in ('by_rules', 'granted', 'suspended', 'revoked', 'insolvency')),
  add constraint customers_privilege_after_check
    check (privilege_after in ('by_rules', 'granted', 'revoked', 'insolvency')),
  add check ((privilege = 'insolvency') = (insolvent_since is not null));

-- Terms taken away from a customer, with what becomes of the open orders; a workflow demands them one by one.
create table revocations (
  id          external_id primary key,
  customer_id external_id not null references customers,
  open_orders text not null check (open_orders in ('keep', 'demand')),
  reason      text not null,
  actor       text not null,
  fingerprint text not null,
  created_at  timestamptz not null,
  started_at  timestamptz,                             -- first word of its workflow
  wake_by     timestamptz not null,                    -- the poller sees to the workflow when this has passed
  finished_at timestamptz,                             -- written last of all
  check (open_orders = 'demand' or finished_at is not null)
);
create index revocations_by_customer on revocations (customer_id, created_at desc);
create index revocations_to_wake on revocations (wake_by) where finished_at is null;

-- The orders that were open at the revocation; those of a later grant are none of its business.
create table revocation_orders (
  revocation_id external_id not null references revocations,
  order_id      external_id not null references orders,
  command_id    text references commands,              -- null: not asked yet
  primary key (revocation_id, order_id)
);
create index revocation_orders_to_ask on revocation_orders (revocation_id, order_id) where command_id is null;

-- A letter about several orders is the customer's.
alter table mails
  alter column order_id drop not null,
  add column customer_id external_id references customers,
  add check (order_id is not null or customer_id is not null);
