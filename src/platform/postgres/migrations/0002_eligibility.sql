-- What more rules ask of a customer, and what an admin decides for a time.
alter table customers
  add column since           date,                             -- by the store's word
  add column external        jsonb not null default '{}',      -- credit score, insured limit, with their last days
  add column privilege_until timestamptz,                      -- a suspension ends then
  add column privilege_after text not null default 'by_rules'  -- what holds when it has ended
    check (privilege_after in ('by_rules', 'granted', 'revoked')),
  add column own_terms       text[] check (own_terms <> '{}'), -- null: the policy's
  add column raised_limit    bigint check (raised_limit >= 0),
  add column raised_until    timestamptz,
  -- The VAT number without punctuation and with its country's prefix: tells the same one on two customers.
  add column vat_key         text generated always as (
    nullif(regexp_replace(
      case when upper(regexp_replace(vat_number, '[\s.\-/]', '', 'g')) ~ '^[A-Z]{2}' then ''
           when country = 'GR' then 'EL' when country = 'CH' then 'CHE' else country end
      || upper(regexp_replace(vat_number, '[\s.\-/]', '', 'g')), '^GR', 'EL'), '')) stored,
  add check ((raised_limit is null) = (raised_until is null));
create index customers_by_vat_key on customers (vat_key, id) where vat_key is not null;

create index orders_running on orders (customer_id) where status in ('reserved', 'open');
create index declines_by_time on declines (declined_at desc, id desc);
