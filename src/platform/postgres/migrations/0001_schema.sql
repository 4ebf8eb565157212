-- The schema of Netterms.
--
-- Amounts are bigint, in minor units of the currency in the same row; instants are timestamptz; calendar days are date,
-- in the merchant's time zone. The application writes business instants; now() never does. What pollers wait for, and
-- their leases, are by PostgreSQL's clock alone: that of one machine may be wrong.
--
-- The tables are in the order of their modules (src/modules/order.ts), low to high. A table that references a table of
-- a higher module comes after that one. The `owner` line above each table names the module that writes it, and the
-- columns that other modules write.

-- Shared by several tables

-- The length apart: a counted repetition makes the pattern ten times slower, and it is checked for every row written.
create domain external_id as text
  check (value ~ '^[A-Za-z0-9._:~-]+$' and length(value) <= 100 and value not in ('.', '..'));
create domain currency_code as text check (value ~ '^[A-Z]{3}$');

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: correct it by a reversing entry', tg_table_name using errcode = 'restrict_violation';
end $$;


-- What was done, by whom and why.
-- owner: audit
create table audit (
  id      bigint generated always as identity primary key,
  at      timestamptz not null,
  actor   text not null,
  action  text not null,
  subject text not null,                               -- customer/acme, order/1042, policy/terms
  reason  text,
  detail  jsonb not null default '{}'
);
create index audit_by_subject on audit (subject, id);

-- owner: access
create table api_keys (
  id         text primary key,
  hash       bytea not null unique,                    -- SHA-256 of the key
  name       text not null,
  scopes     text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz
);

-- owner: access
create table sign_in_links (
  hash       bytea primary key,
  user_id    text not null,
  expires_at timestamptz not null,
  used_at    timestamptz
);

-- owner: access
create table sessions (
  hash       bytea primary key,
  user_id    text not null,
  created_at timestamptz not null,
  seen_at    timestamptz not null,                     -- the last use, to the minute
  expires_at timestamptz not null
);

-- Versioned documents: the merchant's policies and settings. The newest version of each kind is in force.
-- owner: settings
create table policies (
  kind       text not null
    check (kind in ('eligibility', 'terms', 'dunning', 'settings', 'late-interest', 'receipts')),
  version    int not null check (version > 0),
  body       jsonb not null,
  actor      text not null,
  created_at timestamptz not null,
  primary key (kind, version)
);

-- Files sent for import. One transaction stores a file with all its lines, and another one applies the valid lines; a
-- workflow sees to it that the second follows the first.
-- owner: imports
create table imports (
  id          external_id primary key,
  kind        text not null,
  options     jsonb not null default '{}',             -- how to use the lines; depends on the kind
  on_rejected text not null check (on_rejected in ('skip', 'refuse')),
  fingerprint text not null,                           -- of the file and of how it is to be read
  state       text not null check (state in ('received', 'applying', 'done', 'refused')),
  lines       int not null check (lines >= 0),
  rejected    int not null check (rejected between 0 and lines),
  applied     int not null default 0,                  -- lines that the running transaction has processed
  outcomes    jsonb not null default '{}',             -- when done: the number of lines by outcome
  actor       text not null,
  created_at  timestamptz not null,
  wake_by     timestamptz not null default now() + interval '10 seconds',  -- the poller checks the workflow from then on
  finished_at timestamptz,
  check ((state in ('done', 'refused')) = (finished_at is not null))
);
create index imports_by_time on imports (created_at desc, id desc);
create index imports_to_wake on imports (wake_by) where finished_at is null;

-- owner: imports; customers writes outcome, facts; banking writes subject, outcome, facts
create table import_lines (
  import_id   text not null references imports,
  number      int not null check (number > 0),         -- the line's number in the file, as an editor counts
  subject     text,                                    -- the business id that the line is about
  facts       jsonb,                                   -- what the line says; depends on the import's kind
  fingerprint text,
  raw         text,                                    -- the text of a rejected line
  errors      jsonb,
  outcome     text,                                    -- null: waits to be applied
  reason      text,                                    -- the code of a rejection
  primary key (import_id, number),
  check ((errors is not null) = (outcome is not distinct from 'rejected'))
);
create index import_lines_waiting on import_lines (import_id, subject, number) where outcome is null;
create index import_lines_rejected on import_lines (import_id, number) where outcome = 'rejected';

-- Companies that share a limit.
-- owner: credit
create table credit_groups (
  id         external_id primary key,
  name       text not null,
  limits     jsonb not null default '[]',              -- by currency: [{"amount": 100000, "currency": "EUR"}]
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- The legal debtor: a company.
-- owner: customers
create table customers (
  id                external_id primary key,
  name              text not null,
  email             text not null,
  locale            text not null,
  country           text not null,
  currency          currency_code not null,
  vat_number        text,
  -- The VAT number as registers write it, with its prefix (rules/vat.ts): finds the same number on two customers.
  vat_key           text,
  groups            text[] not null default '{}',
  contacts          jsonb not null default '{}',
  account_manager   jsonb,                             -- who looks after the customer for the merchant: name, email
  since             date,                              -- a customer since that day, as the store says
  past_orders       int not null default 0 check (past_orders >= 0),
  turnover          bigint not null default 0 check (turnover >= 0),
  turnover_currency currency_code,
  external          jsonb not null default '{}',       -- credit score and insured limit, each with its last valid day
  -- The words of the name in capitals without accents: tells how many customers share a word.
  name_words        text[] generated always as (regexp_split_to_array(
    translate(upper(name), 'ÀÁÂÃÄÅÈÉÊËÌÍÎÏÒÓÔÕÖÙÚÛÜÇÑ.', 'AAAAAAEEEEIIIIOOOOOUUUUCN'), '[^A-Z0-9]+')) stored,
  -- Months in which the customer is closed: what would fall due in one falls due on a set day of the following month.
  closed_months     jsonb not null default '[]',
  closures          jsonb not null default '[]',
  fingerprint       text not null,
  -- What an admin decided
  privilege         text not null default 'by_rules'
    check (privilege in ('by_rules', 'granted', 'suspended', 'revoked', 'insolvency')),
  privilege_reason  text,
  privilege_actor   text,
  privilege_at      timestamptz,
  privilege_until   timestamptz,                       -- when a suspension ends
  privilege_after   text not null default 'by_rules'   -- the privilege after a suspension
    check (privilege_after in ('by_rules', 'granted', 'revoked', 'insolvency')),
  insolvent_since   date,                              -- no further interest accrues from this day on
  own_terms         text[] check (own_terms <> '{}'),  -- null: the policy's
  credit_group      external_id references credit_groups,
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  check ((privilege = 'insolvency') = (insolvent_since is not null))
);
create index customers_by_name_word on customers using gin (name_words);
create index customers_by_vat_key on customers (vat_key, id) where vat_key is not null;
create index customers_by_credit_group on customers (credit_group) where credit_group is not null;
-- Who has an address that a mail provider reports: addresses are compared in small letters.
create index customers_by_email on customers (lower(email));
create index customers_by_contact on customers using gin (jsonb_path_query_array(lower(contacts::text)::jsonb, '$.*'));

-- Addresses of customers at which nothing arrives: no letter is sent to them until a person lifts the mark, or the
-- customer no longer has the address.
-- owner: customers
create table undeliverable_addresses (
  customer_id external_id not null references customers,
  address     text not null check (address = lower(address)),
  cause       text not null check (cause in ('refused', 'bounced', 'complained')),
  detail      text,                                    -- what the mail server or the provider said
  since       timestamptz not null,
  primary key (customer_id, address)
);

-- What a VAT register said about a customer's number, or that it could not be asked. Kept as proof.
-- owner: customers
create table vat_checks (
  id                  bigint generated always as identity primary key,
  customer_id         external_id not null references customers,
  vat_key             text not null,                   -- the number that was asked about, as customers.vat_key
  register            text not null check (register in ('vies')),
  outcome             text not null check (outcome in ('valid', 'invalid', 'could-not-be-checked')),
  reason              text,                            -- why it could not be checked, or the register's own code
  consultation_number text,
  requester           text,                            -- the merchant's VAT number, which was sent with the question
  name                text,                            -- name and address, as the register gave them
  address             text,
  checked_at          timestamptz not null,
  actor               text not null,
  check (outcome <> 'could-not-be-checked' or (reason is not null and consultation_number is null))
);
create index vat_checks_by_customer on vat_checks (customer_id, id desc);
create trigger vat_checks_append_only before update or delete on vat_checks
  for each row execute function refuse_change();
create trigger vat_checks_no_truncate before truncate on vat_checks
  for each statement execute function refuse_change();

-- A customer has an account in each currency in which a limit was set, and one in the currency of the settings.
-- Changed only under the customer's lock.
-- owner: customers; credit writes credit_limit, tolerance, raised_limit, raised_until; ledger writes exposure, unapplied
create table accounts (
  customer_id  external_id not null references customers,
  currency     currency_code not null,
  credit_limit bigint check (credit_limit >= 0),       -- null: the policy's default
  tolerance    bigint check (tolerance >= 0),          -- null: the policy's
  raised_limit bigint check (raised_limit >= 0),
  raised_until timestamptz,
  exposure     bigint not null default 0,              -- open balances and reservations
  unapplied    bigint not null default 0,              -- money received and not allocated
  primary key (customer_id, currency),
  check ((raised_limit is null) = (raised_until is null))
);

-- What waits for a person.
-- owner: tasks
create table tasks (
  id          bigint generated always as identity primary key,
  kind        text not null
    check (kind in ('terms-request', 'letter-failed', 'letter-unknown', 'promise-broken', 'dispute-open',
                    'credit-note-missing', 'not-invoiced', 'not-delivered', 'not-presented', 'credit-held',
                    'bank-data-old', 'decide', 'approve-letter', 'address-undeliverable')),
  customer_id external_id references customers,        -- null: it is about the merchant
  order_id    external_id,                             -- not a foreign key: a refused order has no row
  amount      bigint check (amount > 0),
  currency    currency_code,
  note        text,
  detail      jsonb not null default '{}',             -- as it was when the task was opened; may hold e-mail addresses
  opened_at   timestamptz not null,
  opened_by   text not null,
  state       text not null default 'open' check (state in ('open', 'done')),
  outcome     text check (outcome in ('granted', 'refused', 'done')),
  closed_at   timestamptz,
  closed_by   text,
  reason      text,
  check ((amount is null) = (currency is null)),
  check (customer_id is not null or (kind = 'bank-data-old' and order_id is null)),
  check (outcome = 'done' or kind = 'terms-request'),
  check ((state = 'open') = (outcome is null) and (state = 'open') = (closed_at is null)
    and (state = 'open') = (closed_by is null) and (state = 'open') = (reason is null))
);
create unique index tasks_one_open on tasks (kind, customer_id, order_id) nulls not distinct where state = 'open';
create unique index tasks_one_terms_request on tasks (customer_id) where kind = 'terms-request' and state = 'open';
create index tasks_by_opening on tasks (opened_at desc, id desc);
create index tasks_open on tasks (id) where state = 'open';

-- owner: orders; ledger writes outstanding
create table orders (
  id                  external_id primary key,
  customer_id         external_id not null references customers,
  status              text not null check (status in ('reserved', 'open', 'settled', 'cancelled', 'written_off')),
  order_number        text,
  purchase_order      text,
  buyer               jsonb,
  metadata            jsonb not null default '{}',
  currency            currency_code not null,
  total               bigint not null check (total > 0),
  outstanding         bigint not null default 0,       -- stored balance of the ledger's receivable entries
  fulfilled           bigint not null default 0 check (fulfilled >= 0),
  fulfilled_on        date,                            -- when the last part was fulfilled; null until then
  -- What was promised and decided at checkout
  terms               jsonb not null,
  discount            jsonb,                           -- for early payment: percent, until, amount, payable
  regime              jsonb,                           -- the law that limits the payment terms of its goods
  dunning_plan        text,                            -- of the dunning policy; null: the plan of the terms
  checks              jsonb not null,
  eligibility_version int not null,
  terms_version       int not null,
  dunning_version     int not null,
  fingerprint         text not null,
  -- Its life
  placed_at           timestamptz not null,
  expires_at          timestamptz,                     -- an unconfirmed reservation ends then
  confirmed_at        timestamptz,
  closed_at           timestamptz,
  close_reason        text,
  reopenings          int not null default 0,          -- after reversed payments; each closing has its own letter
  -- Notification of the store
  paid_in_store       text not null default 'pending'
    check (paid_in_store in ('pending', 'marked', 'failed', 'chased')),
  store_pending_since timestamptz,
  store_sequence      int not null default 0,
  -- The order's workflow
  episode             int not null default 1 check (episode > 0),
  started_at          timestamptz,                     -- when the current episode's workflow first reported
  next_look           timestamptz,                     -- when the workflow looks at the order by itself
  wake_by             timestamptz not null default now() + interval '10 seconds',  -- the poller checks the order from then on
  claimed_until       timestamptz,                     -- the lease of a poller
  stuck_since         timestamptz,
  finished_at         timestamptz,                     -- written last of all
  check ((status in ('reserved', 'open')) = (closed_at is null)),
  check (finished_at is null or closed_at is not null)
);
create index orders_by_customer on orders (customer_id, placed_at desc);
create index orders_by_placement on orders (placed_at desc, id desc);
create index orders_running on orders (customer_id) where status in ('reserved', 'open');
create index orders_to_wake on orders (wake_by) where finished_at is null;
-- Says whose an order is and in which period it was owed, without reading the order.
create index orders_charged on orders (id) include (customer_id, currency, confirmed_at, closed_at);
-- Numbers without punctuation, to find them in a payer's text.
create index orders_by_number_key on orders ((upper(regexp_replace(order_number, '[^A-Za-z0-9]', '', 'g'))));
create index orders_open_by_digits on orders ((ltrim(regexp_replace(order_number, '[^0-9]', '', 'g'), '0')))
  where status = 'open';
create index orders_by_id_key on orders ((upper(regexp_replace(id, '[^A-Za-z0-9]', '', 'g'))));
create index orders_by_outstanding on orders (outstanding) where status = 'open';

-- owner: orders; ledger writes outstanding, charges
create table instalments (
  order_id    external_id not null references orders,
  number      int not null check (number > 0),
  line        int not null,                            -- of the terms, from 0; -1: of an instalment plan
  due_on      date not null,
  due_at      timestamptz,                             -- overdue from this instant on; null: due_on is provisional
  moves       int not null default 0,                  -- how often its due date was changed
  -- How it is paid
  collection  text not null default 'transfer' check (collection in ('transfer', 'riba', 'sdd', 'card')),
  amount      bigint not null check (amount >= 0),
  outstanding bigint not null default 0,
  charges     bigint not null default 0,               -- interest and costs within what is outstanding
  primary key (order_id, number)
);
create index instalments_open on instalments (due_at) where outstanding > 0;

-- What waits for a second person's decision.
-- owner: approvals
create table approvals (
  id           text primary key,
  kind         text not null check (kind in ('write-off', 'write-off-threshold', 'bank-account')),
  subject      text not null,                          -- what it is about: order/1042, policy/settings
  order_id     external_id references orders,          -- null: it is not about an order
  amount       bigint check (amount > 0),              -- null: it is not about an amount
  currency     currency_code,
  detail       jsonb not null default '{}',            -- what is asked
  reason       text,
  requested_by text not null,
  requested_at timestamptz not null,
  decision     text check (decision in ('approved', 'rejected')),
  decided_by   text,
  decided_at   timestamptz,
  comment      text,
  check ((decision is null) = (decided_by is null) and (decision is null) = (decided_at is null)),
  check (decided_by <> requested_by),
  check ((amount is null) = (currency is null)),
  check (order_id is null or subject = 'order/' || order_id)
);
create unique index approvals_waiting on approvals (subject, kind) where decision is null;
create index approvals_by_time on approvals (requested_at desc, id desc);

-- Mails. A queued one has no content yet: it is composed in the same transaction in which it is taken to be sent, so that
-- it never says what no longer holds. From then on its content stays, and a repeated attempt sends the same.
-- owner: mail
create table mails (
  id            text primary key,                      -- business key: confirmation:1042
  customer_id   external_id not null references customers,
  order_id      external_id references orders,         -- null: about several orders
  kind          text not null check (kind in ('confirmation', 'settled', 'cancelled', 'demand', 'reminder', 'copy')),
  state         text not null default 'queued'
    check (state in ('held', 'queued', 'sending', 'sent', 'sent_maybe_twice', 'unknown', 'failed', 'withdrawn')),
  why           text,                                  -- of what was withdrawn or has failed; what it is held for
  queued_at     timestamptz not null,
  -- The content
  sender        text,
  locale        text,
  recipient     text,
  copy_to       text,
  reply_to      text,
  message_id    text,
  subject       text,
  html          text,
  plain         text,
  composed_at   timestamptz,
  -- What became of it
  in_doubt      boolean not null default false,        -- what became of an attempt was never known: only repeated since
  attempts      int not null default 0,
  last_error    text,
  sent_at       timestamptz,
  -- For senders: by PostgreSQL's clock
  try_at        timestamptz default now(),             -- null: its workflow decides when it is tried again
  wake_by       timestamptz,                           -- the poller checks that workflow from then on
  claim         text,                                  -- of the attempt in progress
  claimed_until timestamptz,
  check (state in ('held', 'queued', 'failed', 'withdrawn') or message_id is not null),
  check ((state = 'sending') = (claim is not null))
);
create index mails_by_order on mails (order_id, queued_at) where order_id is not null;
create index mails_by_customer on mails (customer_id, queued_at);
create index mails_by_time on mails (queued_at desc, id desc);
create index mails_to_send on mails (try_at) where state = 'queued' and try_at is not null;
create index mails_claimed on mails (claimed_until) where state = 'sending';
create index mails_to_wake on mails (wake_by) where state = 'queued' and try_at is null;
-- A customer has one reminder at a time.
create unique index mails_one_reminder on mails (customer_id)
  where kind = 'reminder' and state in ('held', 'queued', 'sending');

-- What the merchant's mail provider has reported.
-- owner: mail
create table mail_events (
  id          external_id primary key,                 -- made by the caller
  type        text not null check (type in ('bounced', 'soft-bounced', 'complained', 'delivered')),
  address     text not null,
  message_id  text,                                    -- of the mail, without angle brackets
  at          timestamptz,                             -- when it happened, as the provider says
  detail      text,
  marked      external_id[] not null,                  -- the customers whose address it marked
  fingerprint text not null,
  reported_by text not null,
  reported_at timestamptz not null
);

-- Which worker sends: one at a time.
-- owner: mail
create table mail_sender (
  one    boolean primary key default true check (one),
  holder text not null,
  until  timestamptz not null                          -- by PostgreSQL's clock
);

-- The versions of the documents by which waiting steps were last planned.
-- owner: dunning
create table steps_planned_by (
  one      boolean primary key default true check (one),
  dunning  int not null,
  settings int not null
);

-- Commands: everything that people and stores ask for, on an order or on a customer. An order's workflow applies the
-- order's commands and writes their outcome. A customer's command is decided at once, and may create commands of
-- orders.
-- owner: commands
create table commands (
  id           text primary key,
  position     bigint generated always as identity unique,
  customer_id  external_id not null references customers,
  order_id     external_id references orders,          -- null: a command of the customer
  parent_id    text references commands,               -- the customer's command that created this one
  kind         text not null,
  body         jsonb not null default '{}',
  fingerprint  text not null,
  actor        text not null,
  reason       text,
  created_at   timestamptz not null,
  signal_after timestamptz not null default now() + interval '5 seconds',  -- the poller signals again from then on
  signals      int not null default 0,
  outcome      text check (outcome in ('applied', 'refused')),
  refusal      text,                                   -- the error code of the refusal
  because      jsonb,                                  -- the refusal in words, and further members of the problem
  decided_at   timestamptz,
  check ((outcome is null) = (decided_at is null)),
  check (parent_id is null or order_id is not null)
);
create index commands_by_order on commands (order_id, position) where order_id is not null;
create index commands_by_parent on commands (parent_id, position) where parent_id is not null;
create index commands_pending on commands (order_id, position) where outcome is null;
create index commands_to_signal on commands (signal_after) where outcome is null;
create index commands_by_payment on commands ((body->>'paymentId')) where kind = 'allocate';

-- The steps of an order: what is planned, what it waits for, and what became of it. Several steps can share a letter.
-- owner: orders; dunning writes state, look_at, waits_for, mail_id, outcome, reason, noted_at
create table steps (
  order_id    external_id not null references orders,
  key         text not null,                           -- instalment and offset: 1/P7D
  customer_id external_id not null references customers,
  instalment  int not null,
  level       int,
  kind        text not null check (kind in ('remind', 'overdue', 'returned', 'decide')),
  tone        text,                                    -- of the letter; null: it sends none
  exact       boolean not null,                        -- by the second: not bound to windows and intervals
  planned_at  timestamptz not null,
  state       text not null default 'planned' check (state in ('planned', 'waiting', 'in_letter', 'done')),
  look_at     timestamptz,                             -- when to look at it; null: once something has happened
  waits_for   text,
  mail_id     text references mails,
  outcome     text check (outcome in ('sent', 'skipped', 'failed', 'unknown')),
  reason      text,
  noted_at    timestamptz,
  primary key (order_id, key),
  foreign key (order_id, instalment) references instalments,
  check ((state = 'done') = (outcome is not null)),
  check ((state = 'waiting') = (waits_for is not null)),
  check (state <> 'in_letter' or mail_id is not null)
);
create index steps_to_look on steps (customer_id, look_at) where state <> 'done';
create index steps_waiting on steps (waits_for, customer_id) where state = 'waiting';
create index steps_by_mail on steps (mail_id) where mail_id is not null;

-- What the letters to a customer asked for.
-- owner: dunning
create table letters (
  mail_id     text primary key references mails,
  customer_id external_id not null references customers,
  tone        text,                                    -- null until it is composed
  pay_by      date,                                    -- the deadline that it names
  reference   text,                                    -- the payment reference; null until it is composed
  left_on     date,                                    -- the day on which it was received, or may have been
  approved_by text,
  approved_at timestamptz,
  approved    text[] not null default '{}',            -- the steps that were in it when it was approved: "1042 1/P30D"
  ignoring    text[] not null default '{}'             -- what it does not wait for, because a person asked for it
);
create index letters_by_customer on letters (customer_id, left_on);
-- owner: dunning
create table letter_items (
  mail_id    text not null references letters,
  order_id   external_id not null,
  instalment int not null,
  step       text not null,                            -- the key of the step for which it is asked
  tone       text not null,
  asked      bigint not null check (asked > 0),
  currency   currency_code not null,
  primary key (mail_id, order_id, instalment),
  foreign key (order_id, instalment) references instalments
);
create index letter_items_by_instalment on letter_items (order_id, instalment);
-- Letters that a person asked for.
-- owner: dunning
create table letter_requests (
  id          external_id primary key,                 -- made by the caller
  customer_id external_id not null references customers,
  mail_id     text not null references letters,
  fingerprint text not null,
  asked_by    text not null,
  asked_at    timestamptz not null
);
-- Letters that were sent again, each as a mail of its own.
-- owner: dunning
create table letter_copies (
  mail_id   text primary key references mails,
  copy_of   text not null references mails,
  confirmed boolean not null,                          -- sent again although something was paid or disputed since
  asked_by  text not null,
  asked_at  timestamptz not null
);
create index letter_copies_by_letter on letter_copies (copy_of);

-- An invoice covers one or several orders of a customer (a month's orders: art. 21 c. 4 DPR 633/72). Under split
-- payment or withholding the customer owes less than its total.
-- owner: invoicing
create table invoices (
  id           external_id primary key,
  customer_id  external_id not null references customers,
  number       text not null,
  issued_on    date not null,
  issue_year   int generated always as (extract(year from issued_on)::int) stored,
  received_on  date check (received_on >= issued_on),
  currency     currency_code not null,
  total        bigint not null check (total > 0),
  payable      bigint not null check (payable > 0 and payable <= total),
  withheld     text check (withheld in ('split_payment', 'withholding')),  -- why less is owed
  document_url text check (document_url like 'https://%'),
  fingerprint  text not null,
  actor        text not null,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  check ((payable < total) = (withheld is not null))
);
create unique index invoices_number_of_year on invoices (number, issue_year);
create index invoices_by_day on invoices (issued_on desc, id desc);
create index invoices_by_customer on invoices (customer_id, issued_on desc, id desc);
-- The number without punctuation, to find it in a payer's text.
create index invoices_by_digits on invoices ((ltrim(regexp_replace(number, '[^0-9]', '', 'g'), '0')));
create index invoices_by_number_key on invoices ((upper(regexp_replace(number, '[^A-Za-z0-9]', '', 'g'))));

-- What an invoice asks for each of its orders; the parts add up to its total and to its payable amount.
-- owner: invoicing
create table invoice_parts (
  invoice_id external_id not null references invoices,
  order_id   external_id not null references orders,
  amount     bigint not null check (amount > 0),
  payable    bigint not null check (payable >= 0 and payable <= amount),
  primary key (invoice_id, order_id)
);
create index invoice_parts_by_order on invoice_parts (order_id);

-- Money received. What it pays is in the ledger.
-- owner: payments
create table payments (
  payment_id  text primary key,
  customer_id external_id not null references customers,
  order_id    external_id references orders,
  command_id  text references commands,
  amount      bigint not null check (amount > 0),
  currency    currency_code not null,
  received_on date not null,
  method      text,
  reference   text,
  actor       text not null,
  created_at  timestamptz not null
);
create index payments_by_order on payments (order_id);
create index payments_by_amount on payments (amount, received_on desc);
create index payments_by_customer on payments (customer_id, created_at desc, payment_id desc);
create index payments_by_time on payments (created_at desc, payment_id desc);
-- Finds the money received in a period.
create index payments_by_receipt on payments (received_on) include (payment_id);

-- Receipts: mails that tell customers what a payment has paid. A row is an order that the payment has settled, or that is
-- listed because it has paid a part of it.
-- owner: orders
create table receipts (
  mail_id     text not null references mails,
  order_id    external_id not null references orders,
  payment_id  text not null references payments,
  reopenings  int,                                     -- of the order when the payment settled it; null: it did not
  paid        bigint,                                  -- by the payment; null: not composed yet, or not listed
  outstanding bigint,                                  -- as it was composed
  primary key (mail_id, order_id),
  check ((paid is null) = (outstanding is null))
);
create index receipts_by_payment on receipts (payment_id);
create index receipts_by_order on receipts (order_id);

create domain ledger_effect as text check (value in (
  'charge', 'amendment', 'payment', 'allocation', 'credit_note', 'refund', 'cancellation', 'early_payment_discount',
  'tolerance', 'rounding', 'bank_fee', 'withholding', 'split_payment', 'interest', 'compensation', 'return_fee', 'waiver',
  'write_off', 'plan_move', 'credit_adjustment'));

-- Append-only. receivable: + is owed by the customer; unapplied: + is credit held for the customer. docs/ledger.md
-- explains each kind and the day on which it counts.
-- owner: ledger
create table ledger (
  id          bigint generated always as identity primary key,
  entry_key   text not null unique,                    -- opaque; the same key is booked only once
  customer_id external_id not null references customers,
  order_id    external_id references orders,
  instalment  int,
  account     text not null check (account in ('receivable', 'unapplied')),
  -- The principal, or charges on top of it (interest, costs), which are paid first (art. 1194 c.c.).
  part        text not null default 'principal' check (part in ('principal', 'charges')),
  kind        text not null,
  effect      ledger_effect not null,                  -- the kind; for a reversal, the kind that it reverses
  amount      bigint not null check (amount <> 0),
  currency    currency_code not null,
  value_on    date not null,                           -- the day on which it counts
  -- What it was booked for
  cause_kind  text not null check (cause_kind in ('order', 'command', 'payment', 'credit-note', 'invoice', 'refund',
                                                  'adjustment', 'collection', 'terms', 'receipts-policy')),
  cause_id    text not null,
  payment_id  text references payments,
  reverses    bigint unique,
  command_id  text references commands,
  actor       text not null,
  booked_at   timestamptz not null,
  unique (id, effect),
  foreign key (reverses, effect) references ledger (id, effect),
  foreign key (order_id, instalment) references instalments,
  check (kind = case when reverses is null then effect::text else 'reversal' end),
  check (account = 'unapplied' or (order_id is not null and instalment is not null)),
  check (part = 'charges' or effect not in ('interest', 'compensation', 'return_fee', 'waiver'))
);
create index ledger_by_order on ledger (order_id, id);
create index ledger_by_customer on ledger (customer_id, id);
create index ledger_by_payment on ledger (payment_id) where payment_id is not null;
-- Finds what was booked since a day, without reading the entries.
create index ledger_by_time on ledger (booked_at) include (account, currency, order_id, instalment, amount);
-- Find, in a period, what credit without a payment paid, and what was cancelled.
create index ledger_credit_moved on ledger (booked_at) where kind = 'allocation' and payment_id is null;
create index ledger_cancellations on ledger (booked_at) where kind = 'cancellation';
create trigger ledger_append_only before update or delete on ledger
  for each row execute function refuse_change();
create trigger ledger_no_truncate before truncate on ledger
  for each statement execute function refuse_change();

-- Days on which no late interest accrues for a customer: insolvency (art. 1 c. 2 D.Lgs. 231/2002).
-- owner: interest
create table interest_exclusions (
  id          bigint generated always as identity primary key,
  customer_id external_id not null references customers,
  from_on     date not null,
  to_on       date check (to_on >= from_on),           -- both days are excluded; null: it still lasts
  cause       text not null check (cause in ('insolvency'))
);
create unique index interest_exclusions_lasting on interest_exclusions (customer_id, cause) where to_on is null;
create index interest_exclusions_by_customer on interest_exclusions (customer_id, from_on);

-- An instalment that a bank collects (RiBa, direct debit, card). No row: no collection is planned.
-- owner: bank-collections
create table bank_collections (
  order_id      external_id not null,
  instalment    int not null,
  method        text not null check (method in ('riba', 'sdd', 'card')),
  state         text not null check (state in ('planned', 'presented', 'credited', 'paid', 'unpaid', 'cancelled')),
  state_on      date not null,                         -- the bank's day of this state
  presentations int not null default 0,                -- how often it was presented to the bank
  payment_id    text references payments,              -- the latest payment of it
  actor         text not null,
  updated_at    timestamptz not null,
  primary key (order_id, instalment),
  foreign key (order_id, instalment) references instalments,
  check (state <> 'paid' or payment_id is not null)
);
create index bank_collections_by_payment on bank_collections (payment_id) where payment_id is not null;

-- A credit note reduces a debt without a payment. The ledger says how much of it reduced the debt.
-- owner: corrections
create table credit_notes (
  credit_note_id text primary key,
  order_id       external_id not null references orders,
  command_id     text not null references commands,
  number         text,
  issued_on      date not null,
  amount         bigint not null check (amount > 0),
  currency       currency_code not null,
  actor          text not null,
  created_at     timestamptz not null
);
create index credit_notes_by_order on credit_notes (order_id);
create unique index credit_notes_by_command on credit_notes (command_id);
-- Finds out whether a number was used.
create index credit_notes_by_number on credit_notes (number) where number is not null;

-- Credit paid out to a customer.
-- owner: corrections
create table refunds (
  refund_id   text primary key,
  customer_id external_id not null references customers,
  amount      bigint not null check (amount > 0),
  currency    currency_code not null,
  refunded_on date not null,
  method      text,
  reference   text,
  reason      text,
  actor       text not null,
  created_at  timestamptz not null
);
create index refunds_by_customer on refunds (customer_id, created_at);

-- Orders that were refused at checkout.
-- owner: eligibility
create table declines (
  id                  bigint generated always as identity primary key,
  order_id            external_id not null,            -- not a foreign key: a refused order has no row
  customer_id         external_id not null references customers,
  amount              bigint not null,
  currency            currency_code not null,
  eligibility_version int not null,
  checks              jsonb not null,
  declined_at         timestamptz not null
);
create index declines_by_customer on declines (customer_id, declined_at desc);
create index declines_by_time on declines (declined_at desc, id desc);

-- The totals of a customer that a key has asked about in the last hour; older rows are deleted.
-- owner: eligibility
create table asked_totals (
  key_id      text not null references api_keys,
  customer_id external_id not null references customers,
  currency    currency_code not null,
  amount      bigint not null,
  asked_at    timestamptz not null,
  primary key (key_id, customer_id, currency, amount)
);
create index asked_totals_by_time on asked_totals (asked_at);

-- Goods delivered or services rendered; an amount of zero only completes the order.
-- owner: ordering
create table fulfilments (
  command_id    text primary key references commands,
  order_id      external_id not null references orders,
  fulfilment_id external_id,                           -- the store's
  amount        bigint not null check (amount >= 0),
  fulfilled_on  date not null,
  completes     boolean not null default false,        -- with it the order was complete, by its total of that time
  unique (order_id, fulfilment_id)
);

-- Money on the merchant's bank account, as its statements show it. The id is derived from the content, so that a line
-- in two files is stored once. Incoming money is booked as a payment with the line's id; money that came back reverses
-- a payment; a line that is neither booked nor ignored still waits for a person.
-- owner: banking
create table bank_lines (
  id             external_id primary key,
  import_id      text not null references imports,
  account        text,                                 -- the merchant's own IBAN, if the file says it
  booked_on      date not null,
  value_on       date not null,
  amount         bigint not null check (amount > 0),
  currency       currency_code not null,
  direction      text not null check (direction in ('credit', 'debit')),
  status         text not null check (status in ('booked', 'pending', 'reverted')),
  returned       text,                                 -- why money came back, as the bank says it
  reference      text not null,
  payer          text not null,
  payer_iban     text,
  bank_reference text,                                 -- the bank's own id of the line
  fee            bigint,
  created_at     timestamptz not null,
  reverses       text references payments,             -- the payment that a person reversed by this line
  left_why       text,                                 -- why a certain match was not booked after all
  ignored_at     timestamptz,
  ignored_by     text,
  ignored_why    text,
  check ((ignored_at is null) = (ignored_by is null) and (ignored_at is null) = (ignored_why is null))
);
create index bank_lines_by_day on bank_lines (value_on desc, id desc);
create index bank_lines_by_import on bank_lines (import_id, id);
create index bank_lines_alike on bank_lines (amount, currency, value_on);
create index bank_lines_by_bank_reference on bank_lines (bank_reference) where bank_reference is not null;
create index bank_lines_by_payer_iban on bank_lines (payer_iban) where payer_iban is not null;

-- One line for several collections: what the bank credited or returned in one amount, as a person divided it.
-- owner: banking
create table bank_line_items (
  bank_line_id external_id not null references bank_lines,
  order_id     external_id not null references orders,
  instalment   int not null,
  amount       bigint not null check (amount > 0),
  primary key (bank_line_id, order_id, instalment)
);

-- The merchant's own accounts. What letters print (holder, IBAN, which one is the default) is in versions: each is in
-- force from an instant on, a day after a second person approved it.
-- owner: banking
create table bank_accounts (
  iban       text primary key,
  mapping    jsonb,                                    -- how the files of this account are read
  created_at timestamptz not null
);
-- owner: banking
create table bank_account_versions (
  iban          text not null references bank_accounts,
  version       int not null,
  holder        text not null,
  bic           text,
  currency      currency_code not null,
  is_default    boolean not null,                      -- of its currency; of several, the one that came into force last
  in_force_from timestamptz not null,
  requested_by  text not null,
  approved_by   text,                                  -- null: the first account, which nobody had to approve
  approval_id   text references approvals,
  withdrawn_at  timestamptz,
  withdrawn_by  text,
  primary key (iban, version)
);
-- Customers who pay into another account than the default one.
-- owner: banking
create table bank_account_customers (
  customer_id external_id primary key references customers,
  iban        text not null references bank_accounts,
  bound_at    timestamptz not null,
  bound_by    text not null
);

-- References that were printed, with what they ask for: a payment that quotes one pays these orders.
-- owner: banking
create table payment_references (
  reference   text primary key,
  customer_id external_id not null references customers,
  order_ids   text[] not null,                         -- sorted
  asked       jsonb,                                   -- what the last letter with it asks, by order; null: no letter
  created_at  timestamptz not null,
  unique (customer_id, order_ids)
);

-- Up to which day the statements of an account were imported; the account is '' where files do not say it.
-- owner: banking
create table statement_accounts (
  account        text primary key,
  booked_through date not null,                        -- the last day that the bank has booked
  import_id      text not null references imports,
  updated_at     timestamptz not null
);

-- Up to which day somebody has entered the money received by hand: one row, the latest statement.
-- owner: banking
create table receipts_entered (
  one        boolean primary key default true check (one),
  through    date not null,
  entered_by text not null,
  entered_at timestamptz not null
);

-- owner: storefronts
create table webhook_deliveries (
  id           text primary key,                       -- the webhook-id: order-1042.paid
  order_id     external_id not null references orders,
  sequence     int not null,
  type         text not null,
  attempts     int not null default 0,
  last_status  int,
  last_error   text,
  created_at   timestamptz not null,
  delivered_at timestamptz,                            -- when the store acknowledged it
  given_up_at  timestamptz,                            -- the order was finished without: the store may have got it
  unique (order_id, sequence)
);

-- No reminders for a time.
-- owner: dunning
create table holds (
  id          external_id primary key,
  customer_id external_id not null references customers,
  order_ids   text[] check (order_ids <> '{}'),        -- null: all orders, those placed later included
  reason      text not null,
  until       date,                                    -- the last day; null: until it is released
  placed_by   text not null,
  placed_at   timestamptz not null,
  released_by text,
  released_at timestamptz,
  check ((released_at is null) = (released_by is null))
);
create index holds_by_customer on holds (customer_id, placed_at desc);

-- A customer named a day for the payment; an instant of it, on terms of seconds.
-- owner: dunning
create table promises (
  id          external_id primary key,
  customer_id external_id not null references customers,
  by_on       date not null,                           -- in the merchant's zone
  by_at       timestamptz,                             -- the instant on that day; null: the whole day
  amount      bigint check (amount > 0),               -- null: all that is due on that day, or at that instant
  currency    currency_code,
  order_ids   text[] check (order_ids <> '{}'),        -- null: all orders
  covers      jsonb not null,                          -- what it came to when it was made: [{"amount": 100000, "currency": "EUR"}]
  note        text,
  made_by     text not null,
  made_at     timestamptz not null,
  state       text not null default 'open' check (state in ('open', 'kept', 'broken', 'withdrawn')),
  decided_at  timestamptz,
  check ((amount is null) = (currency is null)),
  check ((state = 'open') = (decided_at is null))
);
create index promises_by_customer on promises (customer_id, made_at desc);
create index promises_open on promises (by_on) where state = 'open';

-- A customer contests all or a part of an order. Upheld without a credit note: the credit note is still to come.
-- owner: dunning
create table disputes (
  id             external_id primary key,
  customer_id    external_id not null references customers,
  order_id       external_id not null references orders,
  reason         text not null
    check (reason in ('goods-missing-or-faulty', 'price-or-terms', 'invoice-not-received', 'awaiting-approval',
                      'set-off-or-paid', 'other')),
  amount         bigint check (amount > 0),            -- null: all of the order
  currency       currency_code not null,
  note           text,
  opened_by      text not null,
  opened_at      timestamptz not null,
  outcome        text check (outcome in ('upheld', 'rejected')),
  credit_note_id text references credit_notes,
  resolved_by    text,
  resolved_at    timestamptz,
  check ((outcome is null) = (resolved_by is null) and (outcome is null) = (resolved_at is null)),
  check (credit_note_id is null or outcome = 'upheld')
);
create index disputes_by_order on disputes (order_id, opened_at desc);
-- Finds what is not to be asked for.
create index disputes_of_customer on disputes (customer_id)
  where outcome is null or (outcome = 'upheld' and credit_note_id is null);

-- Whether a customer or an order is reminded: the latest decision. No row: automatic.
-- owner: dunning
create table reminder_modes (
  subject     text primary key,                        -- customer/acme, order/1042
  customer_id external_id not null references customers,
  order_id    external_id references orders,           -- null: the customer
  mode        text not null check (mode in ('automatic', 'approve', 'never')),
  reason      text not null,
  actor       text not null,
  at          timestamptz not null,
  check (subject = coalesce('order/' || order_id, 'customer/' || customer_id))
);
create index reminder_modes_by_customer on reminder_modes (customer_id);

-- Webhooks that say what has happened, in addition to those of an order's life. A dispatcher sends each until the store
-- acknowledges it; the content never changes.
-- owner: storefronts
create table events (
  id           text primary key,                       -- the webhook-id: order-1042.overdue.1.0
  type         text not null check (type in ('reminder.sent', 'order.overdue', 'letter.failed')),
  order_id     external_id references orders,          -- null: it is about the customer alone
  customer_id  external_id not null references customers,
  sequence     int,                                    -- among all webhooks of the order
  data         jsonb not null,                         -- ids, days and amounts only
  created_at   timestamptz not null,
  attempts     int not null default 0,
  next_try_at  timestamptz not null default now(),     -- also the lease of the dispatcher that is sending it
  last_status  int,
  last_error   text,
  delivered_at timestamptz,                            -- when the store acknowledged it
  given_up_at  timestamptz,                            -- not acknowledged within three days, or no longer wanted
  unique (order_id, sequence),
  check ((order_id is null) = (sequence is null)),
  check (delivered_at is null or given_up_at is null)
);
create index events_to_send on events (next_try_at) where delivered_at is null and given_up_at is null;
create index events_waiting on events (order_id, sequence) where delivered_at is null and given_up_at is null;

-- Revocations of a customer's terms, and what happens to the open orders: with `demand`, a workflow demands payment of
-- them, one by one.
-- owner: revocation
create table revocations (
  id          external_id primary key,
  customer_id external_id not null references customers,
  command_id  text not null references commands,
  open_orders text not null check (open_orders in ('keep', 'demand')),
  reason      text not null,
  actor       text not null,
  created_at  timestamptz not null,
  started_at  timestamptz,                             -- when its workflow first reported
  wake_by     timestamptz not null default now() + interval '10 seconds',  -- the poller checks the workflow from then on
  finished_at timestamptz,                             -- written last of all
  check (open_orders = 'demand' or finished_at is not null)
);
create index revocations_by_customer on revocations (customer_id, created_at desc);
create index revocations_to_wake on revocations (wake_by) where finished_at is null;

-- The orders that were open at the revocation; orders placed after a later grant are not affected.
-- owner: revocation
create table revocation_orders (
  revocation_id external_id not null references revocations,
  order_id      external_id not null references orders,
  command_id    text references commands,              -- null: not demanded yet
  primary key (revocation_id, order_id)
);
create index revocation_orders_to_ask on revocation_orders (revocation_id, order_id) where command_id is null;
