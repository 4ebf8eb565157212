-- How receipts are booked is a versioned document as well.
alter table policies drop constraint policies_kind_check;
alter table policies add constraint policies_kind_check
  check (kind in ('eligibility', 'terms', 'dunning', 'settings', 'late-interest', 'receipts'));

create index payments_by_customer on payments (customer_id, created_at desc, payment_id desc);
create index payments_by_time on payments (created_at desc, payment_id desc);
create index commands_by_payment on commands ((body->>'paymentId')) where kind = 'allocate';

-- An instalment that a bank collects (RiBa, direct debit, card). No row: nothing is planned.
create table collections (
  order_id   external_id not null,
  instalment int not null,
  state      text not null check (state in ('planned', 'presented', 'credited', 'paid', 'unpaid')),
  method     text not null check (method in ('riba', 'sdd', 'card')),
  state_on   date not null,                            -- the bank's day
  presentations int not null default 0,                -- how often it was given to the bank
  payment_id text references payments,                 -- of the latest time that it was paid
  actor      text not null,
  updated_at timestamptz not null,
  primary key (order_id, instalment),
  foreign key (order_id, instalment) references instalments,
  check (state <> 'paid' or payment_id is not null)
);
create index collections_by_payment on collections (payment_id) where payment_id is not null;
