-- An entry is of the principal or of what came on top of it (interest, costs), which is paid first (art. 1194 c.c.).
-- `label` says more of its kind: bank_fee, rounding, withholding, discount.
alter table ledger
  add column part  text not null default 'principal' check (part in ('principal', 'charges')),
  add column label text;

-- A due date without an instant is provisional: nothing is due by it yet.
alter table instalments
  alter column due_at drop not null,
  add column charges bigint not null default 0,        -- of what is outstanding, interest and costs
  add column moves   int not null default 0,           -- how often its due date was changed
  drop constraint instalments_amount_check,
  add check (amount >= 0);

alter table orders
  add column dunning_plan text,                        -- of the dunning policy; null: the one of the terms
  add column plan_version int not null default 1;      -- counts the changes of the plan; the workflow takes it over
