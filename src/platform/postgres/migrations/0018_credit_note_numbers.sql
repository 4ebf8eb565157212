-- Whether a number was used.
create index credit_notes_by_number on credit_notes (number) where number is not null;
-- Nothing reads it any more.
alter table bank_lines drop column tried_at;
