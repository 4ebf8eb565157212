-- Files that were sent to be imported. A file is stored with all its lines in one transaction, and what is right in it
-- becomes visible in one transaction; between the two a workflow sees to it.
create table imports (
  id          external_id primary key,
  kind        text not null,
  state       text not null check (state in ('received', 'applying', 'done', 'refused')),
  on_rejected text not null check (on_rejected in ('skip', 'refuse')),
  fingerprint text not null,                           -- of the file and of how it is to be read
  lines       int not null check (lines > 0),
  rejected    int not null check (rejected between 0 and lines),
  applied     int not null default 0,                  -- lines that the running transaction has gone through
  outcomes    jsonb not null default '{}',             -- when done: how many lines had which outcome
  actor       text not null,
  created_at  timestamptz not null,
  wake_by     timestamptz not null,                    -- the poller looks for the workflow when this has passed
  finished_at timestamptz,
  check ((state in ('done', 'refused')) = (finished_at is not null))
);
create index imports_by_time on imports (created_at desc, id desc);
create index imports_to_wake on imports (wake_by) where finished_at is null;

-- `subject` is the business id that the line is about, `facts` what it says, by the import's kind; `raw` is the text of a
-- rejected line.
create table import_lines (
  import_id   text not null references imports,
  number      int not null check (number > 0),         -- as an editor counts the file's lines
  subject     text,
  raw         text,
  facts       jsonb,
  fingerprint text,
  errors      jsonb,
  outcome     text,                                    -- null: waits to be applied
  primary key (import_id, number),
  check ((errors is not null) = (outcome is not distinct from 'rejected'))
);
create index import_lines_waiting on import_lines (import_id, subject, number) where outcome is null;
create index import_lines_rejected on import_lines (import_id, number) where outcome = 'rejected';
