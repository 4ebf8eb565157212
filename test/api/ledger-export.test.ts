import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ExportedEntry, exportLedger } from '../../src/modules/reports/ledger-export.ts';
import type { Db } from '../../src/platform/postgres/client.ts';
import { type Api, openApi } from './harness.ts';

const ENTRIES = 40_000;

let api: Api;
beforeEach(async () => {
  api = await openApi();
  await api.sql`
    insert into ledger (entry_key, customer_id, account, kind, effect, value_on, cause_kind, cause_id, amount, currency,
                        actor, booked_at)
    select 'test/' || n, 'rossi', 'unapplied', 'payment', 'payment', '2027-02-01', 'payment', n, n, 'EUR', 'key:test', '2027-02-01'
    from generate_series(1, ${ENTRIES}) n`;
});
afterEach(() => api.close());

const url = () => `${api.origin}/v1/ledger/export`;
const headers = () => ({ authorization: `Bearer ${api.keys.read}` });

it('a large ledger is streamed, complete and in order', async () => {
  const response = await fetch(`${url()}?format=jsonl`, { headers: headers() });
  let [pieces, lines, sum, rest] = [0, 0, 0, ''];
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    pieces++;
    const read = (rest + piece).split('\n');
    rest = read.pop()!;
    for (const line of read) {
      lines++;
      const { amountMinor } = JSON.parse(line);
      if (amountMinor !== lines) throw new Error(`entry ${lines} is of ${amountMinor}`);
      sum += amountMinor;
    }
  }
  expect({ lines, rest, sum }).toEqual({ lines: ENTRIES, rest: '', sum: (ENTRIES * (ENTRIES + 1)) / 2 });
  expect(pieces).toBeGreaterThan(10);
});

it('a reader who leaves early leaves no connection behind', async () => {
  for (let n = 0; n < 15; n++) {
    const leaving = new AbortController();
    const response = await fetch(url(), { headers: headers(), signal: leaving.signal });
    await response.body!.getReader().read();
    leaving.abort();
  }
  const all = await Promise.all(Array.from({ length: 10 }, () => api.call('/customers/rossi')));
  expect(all.map(({ status }) => status)).toEqual(Array(10).fill(200));
  expect(api.logged.filter((line) => line.includes('a call failed'))).toEqual([]);
});

it('a statement with too many entries asks for a shorter period', async () => {
  const { status, body } = await api.call('/customers/rossi/statement');
  expect([status, body.errors]).toEqual([
    422,
    [{ pointer: 'from', detail: 'The period has more than 5000 entries: ask for a shorter one.' }],
  ]);
});

it('a failure before the first entry is a problem detail, not a file', async () => {
  await api.sql`alter table ledger rename to ledger_away`;
  try {
    const answer = await api.call('/ledger/export');
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal' } });
    expect(answer.headers.get('content-disposition')).toBeNull();
  } finally {
    await api.sql`alter table ledger_away rename to ledger`;
  }
});

it('a failure in the middle breaks the connection, so that a part is not taken for the whole', async () => {
  const response = await fetch(url(), { headers: headers() });
  const reader = response.body!.getReader();
  await reader.read();
  await api.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle' and query like '%from ledger l%join customers c%'`;
  const drain = async () => {
    while (!(await reader.read()).done);
  };
  await expect(drain()).rejects.toThrow();
});

it('is as it was at one moment: nothing of a transaction that was in progress then, and no half of one', async () => {
  const book = (db: Db, key: string) => db`
    insert into ledger (entry_key, customer_id, account, kind, effect, value_on, cause_kind, cause_id, amount, currency, actor, booked_at)
    values (${key}, 'rossi', 'unapplied', 'payment', 'payment', '2027-02-01', 'payment', ${key}, 1, 'EUR', 'key:test', '2027-02-01')`;
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let slow: Promise<unknown> = Promise.resolve();
  await new Promise<void>((begun) => {
    slow = api.sql.begin(async (tx) => {
      await book(tx, 'slow/1');
      begun();
      await finished;
      await book(tx, 'slow/2');
    });
  });
  await book(api.sql, 'quick');
  const pages = exportLedger(api.sql, { start: null, end: '2027-03-01T00:00:00Z', zone: 'Europe/Rome' });
  const read = pages[Symbol.asyncIterator]();
  const keys = (await read.next()).value.map(({ entryKey }: ExportedEntry) => entryKey);
  finish();
  await slow;
  await book(api.sql, 'later');
  for (let page = await read.next(); !page.done; page = await read.next())
    keys.push(...page.value.map(({ entryKey }) => entryKey));
  expect(keys.length).toBe(ENTRIES + 1);
  expect(keys.filter((key: string) => !key.startsWith('test/'))).toEqual(['quick']);
  const again = await fetch(`${url()}?format=jsonl`, { headers: headers() });
  const lines = (await again.text()).trim().split('\n').slice(ENTRIES);
  expect(lines.map((line) => JSON.parse(line).entryKey)).toEqual(['slow/1', 'quick', 'slow/2', 'later']);
});
