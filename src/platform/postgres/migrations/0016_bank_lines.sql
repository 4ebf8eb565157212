-- How the lines of a file are to be used, by the import's kind.
alter table imports add column options jsonb not null default '{}';

-- Money on the merchant's bank account, as its statements tell it. The id follows from the content, so that a line that
-- stands in two files is one. A line is booked as the payment of its id; the others are the pool to work through.
create table bank_lines (
  id           external_id primary key,
  import_id    text not null references imports,
  value_on     date not null,
  amount       bigint not null check (amount > 0),
  currency     currency_code not null,
  reference    text not null,
  payer        text not null,
  created_at   timestamptz not null,
  tried_at     timestamptz,                            -- whether it could be booked by itself was looked at then
  ignored_at   timestamptz,
  ignored_by   text,
  ignored_why  text,
  check ((ignored_at is null) = (ignored_by is null) and (ignored_at is null) = (ignored_why is null))
);
create index bank_lines_by_day on bank_lines (value_on desc, id desc);
create index bank_lines_by_import on bank_lines (import_id, id);

-- Numbers without punctuation, as they are looked for in what a payer wrote.
create index orders_open_by_number_key on orders ((upper(regexp_replace(order_number, '[^A-Za-z0-9]', '', 'g')))) where status = 'open';
create index orders_open_by_id_key on orders ((upper(regexp_replace(id, '[^A-Za-z0-9]', '', 'g')))) where status = 'open';
create index invoices_by_number_key on invoices ((upper(regexp_replace(number, '[^A-Za-z0-9]', '', 'g'))));
