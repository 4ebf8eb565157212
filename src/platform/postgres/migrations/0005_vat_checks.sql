-- What a VAT register said of a customer's number, and that it could not be asked: kept as proof.
create table vat_checks (
  id                  bigint generated always as identity primary key,
  customer_id         external_id not null references customers,
  vat_key             text not null,                   -- the number that was asked for, as customers.vat_key
  register            text not null check (register in ('vies')),
  outcome             text not null check (outcome in ('valid', 'invalid', 'could-not-be-checked')),
  reason              text,                            -- why it could not be checked, or the register's own code
  consultation_number text,
  requester           text,                            -- the merchant's VAT number, for which the consultation was made
  name                text,                            -- as the register told them
  address             text,
  checked_at          timestamptz not null,
  actor               text not null,
  check (outcome <> 'could-not-be-checked' or (reason is not null and consultation_number is null))
);
create index vat_checks_by_customer on vat_checks (customer_id, id desc);

create trigger vat_checks_append_only before update or delete on vat_checks for each row execute function refuse_change();
create trigger vat_checks_no_truncate before truncate on vat_checks for each statement execute function refuse_change();

-- Settings that were written before say nothing of the merchant's own VAT number.
update policies set body = '{"vatNumber": null}' || body where kind = 'settings';
