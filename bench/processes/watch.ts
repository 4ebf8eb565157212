import { Agent, get } from 'node:http';
import { connect } from '../../src/platform/postgres/client.ts';
import { serve } from '../helper.ts';
import { quantile } from '../measure.ts';

/** What was seen between `begin` and `end`; times in ms. */
export type Seen = {
  health: { calls: number; failed: number; p50: number; p99: number; max: number };
  longestTransaction: { ms: number; query: string };
  /** The statements that were seen running most often, with the number of times. */
  statements: [string, number][];
};

const EVERY_MS = 20;
const [url = '', databaseUrl = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
const sql = connect(databaseUrl, { max: 1 });

let latencies: number[] = [];
let failed = 0;
let longest = { ms: 0, query: '' };
let statements = new Map<string, number>();
let timers: NodeJS.Timeout[] = [];

function askHealth(): void {
  const began = performance.now();
  get(`${url}/healthz`, { agent }, (response) => {
    response.resume().on('end', () => {
      latencies.push(performance.now() - began);
      if (response.statusCode !== 200) failed += 1;
    });
  }).on('error', () => {
    failed += 1;
  });
}

let looking = false;
async function lookAtTransactions(): Promise<void> {
  if (looking) return;
  looking = true;
  const rows = await sql<{ ms: number; query: string; active: boolean }[]>`
    select extract(epoch from clock_timestamp() - xact_start)::float8 * 1000 as ms, left(regexp_replace(query, '[[:space:]]+', ' ', 'g'), 300) as query,
           state = 'active' as active
    from pg_stat_activity where xact_start is not null and backend_type = 'client backend' and pid <> pg_backend_pid()`;
  for (const { ms, query, active } of rows) {
    if (ms > longest.ms) longest = { ms, query };
    if (active) statements.set(query, (statements.get(query) ?? 0) + 1);
  }
  looking = false;
}

const commands = {
  /** Asks `/healthz` and looks at PostgreSQL's transactions every 20 ms, each whether or not the last answer came. */
  begin(): void {
    latencies = [];
    failed = 0;
    longest = { ms: 0, query: '' };
    statements = new Map();
    timers = [setInterval(askHealth, EVERY_MS), setInterval(() => void lookAtTransactions(), EVERY_MS)];
  },
  end(): Seen {
    for (const timer of timers) clearInterval(timer);
    latencies.sort((a, b) => a - b);
    return {
      health: {
        calls: latencies.length,
        failed,
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99),
        max: latencies.at(-1) ?? Number.NaN,
      },
      longestTransaction: longest,
      statements: [...statements].sort(([, a], [, b]) => b - a).slice(0, 15),
    };
  },
};
export type Watch = typeof commands;

serve(commands);
