-- An invoice covers one order or many of a customer (a month's orders: art. 21 c. 4 DPR 633/72). Under split payment or
-- withholding the customer owes less than its total.
create table invoices (
  id           external_id primary key,
  customer_id  external_id not null references customers,
  number       text not null,
  issued_on    date not null,
  issue_year   int generated always as (extract(year from issued_on)::int) stored,
  received_on  date check (received_on >= issued_on),
  total        bigint not null check (total > 0),
  payable      bigint not null check (payable > 0 and payable <= total),
  currency     currency_code not null,
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

-- What an invoice asks for each of its orders; the parts sum to its total and to its payable amount.
create table invoice_parts (
  invoice_id external_id not null references invoices,
  order_id   external_id not null references orders,
  amount     bigint not null check (amount > 0),
  payable    bigint not null check (payable >= 0 and payable <= amount),
  primary key (invoice_id, order_id)
);
create index invoice_parts_by_order on invoice_parts (order_id);
