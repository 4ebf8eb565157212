-- Of each instalment, which line of the terms it is (from 0; null: by its number), and how it is paid.
alter table instalments
  add column line       int,
  add column collection text not null default 'transfer' check (collection in ('transfer', 'riba', 'sdd', 'card'));

alter table orders
  add column regime       jsonb,                       -- a law that limits the payment of its goods
  add column fulfilled    bigint not null default 0 check (fulfilled >= 0),
  add column fulfilled_on date;                        -- when nothing more is to come; null until then

-- What was delivered or rendered of an order; an amount of zero only ends it.
create table fulfilments (
  command_id    text primary key references commands,
  order_id      external_id not null references orders,
  fulfilment_id external_id,                           -- the store's
  amount        bigint not null check (amount >= 0),
  fulfilled_on  date not null,
  unique (order_id, fulfilment_id)
);

-- What the caller may read beside the code of a refusal.
alter table commands add column because jsonb;
