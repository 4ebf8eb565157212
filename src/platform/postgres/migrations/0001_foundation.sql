-- Amounts are bigint minor units with a currency; instants timestamptz; calendar days date (in the merchant's zone).
-- Business instants are written by the application, never by now().

create domain external_id as text check (value ~ '^[A-Za-z0-9._:~-]{1,100}$' and value not in ('.', '..'));
create domain currency_code as text check (value ~ '^[A-Z]{3}$');

-- The legal debtor: a company. Limit, exposure and unapplied credit are in the account's one currency.
create table customers (
  id               external_id primary key,
  name             text not null,
  email            text not null,
  locale           text not null,
  country          text not null,
  vat_number       text,
  groups           text[] not null default '{}',
  contacts         jsonb not null default '{}',
  past_orders      int not null default 0 check (past_orders >= 0),
  turnover         bigint not null default 0 check (turnover >= 0),
  turnover_currency currency_code,
  privilege        text not null default 'by_rules' check (privilege in ('by_rules', 'granted', 'suspended', 'revoked')),
  privilege_reason text,
  privilege_actor  text,
  privilege_at     timestamptz,
  currency         currency_code not null,
  credit_limit     bigint check (credit_limit >= 0),   -- null: the policy's default
  exposure         bigint not null default 0,          -- open balances and reservations
  unapplied        bigint not null default 0,          -- money received and not allocated
  fingerprint      text not null,
  created_at       timestamptz not null,
  updated_at       timestamptz not null
);

-- Versioned documents: eligibility, terms and dunning policies, and the merchant's settings. The newest is in force.
create table policies (
  kind       text not null check (kind in ('eligibility', 'terms', 'dunning', 'settings')),
  version    int not null check (version > 0),
  body       jsonb not null,
  actor      text not null,
  created_at timestamptz not null,
  primary key (kind, version)
);

create table orders (
  id                  external_id primary key,
  customer_id         external_id not null references customers,
  status              text not null check (status in ('reserved', 'open', 'settled', 'cancelled', 'written_off')),
  order_number        text,
  purchase_order      text,
  buyer               jsonb,
  metadata            jsonb not null default '{}',
  total               bigint not null check (total > 0),
  currency            currency_code not null,
  outstanding         bigint not null default 0,       -- stored balance of the ledger's receivable entries
  -- what was promised and decided at checkout
  terms               jsonb not null,
  plan                jsonb not null,
  checks              jsonb not null,
  eligibility_version int not null,
  terms_version       int not null,
  dunning_version     int not null,
  fingerprint         text not null,
  placed_at           timestamptz not null,
  expires_at          timestamptz,                     -- an unconfirmed reservation ends then
  confirmed_at        timestamptz,
  closed_at           timestamptz,
  close_reason        text,
  reopenings          int not null default 0,          -- by reversed payments; each closing has its own letter
  -- how the store stands
  paid_in_store       text not null default 'pending' check (paid_in_store in ('pending', 'marked', 'failed', 'chased')),
  store_pending_since timestamptz,
  store_sequence      int not null default 0,
  -- the order's process
  episode             int not null default 1 check (episode > 0),
  started_at          timestamptz,                     -- first pass of the current episode's workflow
  next_step           jsonb,
  wake_by             timestamptz not null,            -- the poller looks at the order when this has passed
  claimed_until       timestamptz,                     -- lease of a poller
  stuck_since         timestamptz,
  finished_at         timestamptz,                     -- written last of all
  check ((status in ('reserved', 'open')) = (closed_at is null)),
  check (finished_at is null or closed_at is not null)
);
create index orders_by_customer on orders (customer_id, placed_at desc);
create index orders_by_placement on orders (placed_at desc, id desc);
create index orders_to_wake on orders (wake_by) where finished_at is null;

create table instalments (
  order_id    external_id not null references orders,
  number      int not null check (number > 0),
  due_on      date not null,
  due_at      timestamptz not null,                    -- overdue from this instant on
  amount      bigint not null check (amount > 0),
  outstanding bigint not null default 0,
  primary key (order_id, number)
);
create index instalments_open on instalments (due_at) where outstanding > 0;

-- Whatever changes an order is first a row here; the order's workflow applies it and writes the outcome.
create table commands (
  id          text primary key,
  position    bigint generated always as identity unique,
  order_id    external_id not null references orders,
  kind        text not null,
  body        jsonb not null default '{}',
  fingerprint text not null,
  actor       text not null,
  reason      text,
  created_at  timestamptz not null,
  signal_after timestamptz not null,                   -- the poller signals again from here on
  signals     int not null default 0,
  outcome     text check (outcome in ('applied', 'refused')),
  refusal     text,
  decided_at  timestamptz,
  check ((outcome is null) = (decided_at is null))
);
create index commands_pending on commands (order_id, position) where outcome is null;
create index commands_to_signal on commands (signal_after) where outcome is null;

-- Money received. What it pays is in the ledger.
create table payments (
  payment_id  text primary key,
  customer_id external_id not null references customers,
  order_id    external_id references orders,
  amount      bigint not null check (amount > 0),
  currency    currency_code not null,
  received_on date not null,
  method      text,
  reference   text,
  fingerprint text not null,
  command_id  text references commands,
  actor       text not null,
  created_at  timestamptz not null
);
create index payments_by_order on payments (order_id);

-- Append-only. receivable: + is owed by the customer; unapplied: + is credit held for the customer.
create table ledger (
  id          bigint generated always as identity primary key,
  entry_key   text not null unique,
  customer_id external_id not null references customers,
  order_id    external_id references orders,
  instalment  int,
  account     text not null check (account in ('receivable', 'unapplied')),
  kind        text not null check (kind in ('charge', 'payment', 'cancellation', 'credit_note', 'refund', 'interest',
                                            'fee', 'write_off', 'adjustment', 'allocation', 'reversal')),
  amount      bigint not null check (amount <> 0),
  currency    currency_code not null,
  payment_id  text references payments,
  reverses    bigint unique references ledger,
  command_id  text references commands,
  actor       text not null,
  booked_at   timestamptz not null,
  foreign key (order_id, instalment) references instalments,
  check (account = 'unapplied' or (order_id is not null and instalment is not null)),
  check ((kind = 'reversal') = (reverses is not null))
);
create index ledger_by_order on ledger (order_id, id);
create index ledger_by_customer on ledger (customer_id, id);
create index ledger_by_payment on ledger (payment_id) where payment_id is not null;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: correct it by a reversing entry', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger ledger_append_only before update or delete on ledger for each row execute function refuse_change();
create trigger ledger_no_truncate before truncate on ledger for each statement execute function refuse_change();

create table declines (
  id          bigint generated always as identity primary key,
  order_id    external_id not null,
  customer_id external_id not null references customers,
  amount      bigint not null,
  currency    currency_code not null,
  eligibility_version int not null,
  checks      jsonb not null,
  declined_at timestamptz not null
);
create index declines_by_customer on declines (customer_id, declined_at desc);

create table mails (
  id         text primary key,                         -- business key: order/1042/confirmation
  order_id   external_id not null references orders,
  template   text not null,
  locale     text not null,
  recipient  text not null,
  message_id text not null,
  state      text not null check (state in ('planned', 'sending', 'sent', 'failed', 'sent_maybe_twice', 'unknown')),
  subject    text not null,
  html       text not null,
  plain      text not null,
  attempts   int not null default 0,
  last_error text,
  created_at timestamptz not null,
  sent_at    timestamptz
);
create index mails_by_order on mails (order_id, created_at);

-- What became of each step of a plan. Many notices can share a mail.
create table notices (
  order_id external_id not null references orders,
  step_key text not null,
  outcome  text not null check (outcome in ('sent', 'skipped', 'failed')),
  reason   text,
  mail_id  text references mails,
  noted_at timestamptz not null,
  primary key (order_id, step_key)
);

create table webhook_deliveries (
  id           text primary key,                       -- the webhook-id: order-1042.paid
  order_id     external_id not null references orders,
  sequence     int not null,
  type         text not null,
  attempts     int not null default 0,
  last_status  int,
  last_error   text,
  created_at   timestamptz not null,
  delivered_at timestamptz,
  unique (order_id, sequence)
);

create table audit (
  id         bigint generated always as identity primary key,
  at         timestamptz not null,
  actor      text not null,
  action     text not null,
  subject    text not null,                            -- customer/acme, order/1042, policy/terms
  reason     text,
  detail     jsonb not null default '{}'
);
create index audit_by_subject on audit (subject, id);

create table api_keys (
  id         text primary key,
  hash       bytea not null unique,                    -- SHA-256 of the key
  name       text not null,
  scopes     text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz
);

create table sign_in_links (
  hash       bytea primary key,
  user_id    text not null,
  expires_at timestamptz not null,
  used_at    timestamptz
);
create table sessions (
  hash       bytea primary key,
  user_id    text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
