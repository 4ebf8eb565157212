import { afterEach, beforeEach, expect, it } from 'vitest';
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
