-- A customer has an account in each currency in which a limit was set, and one in the currency of the settings.
-- Changed only under the customer's lock.
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
insert into accounts (customer_id, currency, credit_limit, raised_limit, raised_until, exposure, unapplied)
  select id, currency, credit_limit, raised_limit, raised_until, exposure, unapplied from customers;
alter table customers
  drop column credit_limit, drop column raised_limit, drop column raised_until,
  drop column exposure, drop column unapplied;

-- Companies that share a limit, by currency: [{"amount": 100000, "currency": "EUR"}].
create table credit_groups (
  id         external_id primary key,
  name       text not null,
  limits     jsonb not null default '[]',
  created_at timestamptz not null,
  updated_at timestamptz not null
);
alter table customers add column credit_group external_id references credit_groups;
create index customers_by_credit_group on customers (credit_group) where credit_group is not null;
