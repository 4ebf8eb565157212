import { z } from 'zod';
import { dayAt, endOfDay, startOfDay } from '../../kernel/calendar.ts';
import { invalid } from '../../kernel/invalid.ts';
import { decimalOf } from '../../kernel/money.ts';
import { type Cell, csvPages } from '../../modules/reports/documents/csv.ts';
import { type ExportedEntry, exportLedger } from '../../modules/reports/ledger-export.ts';
import { merchantZone } from '../../modules/settings/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { day, optionalParameter } from '../schemas/fields.ts';

const query = z.strictObject({
  from: optionalParameter(day, 'The first day, `YYYY-MM-DD`; the day of the first entry if not given.'),
  to: optionalParameter(day, 'The last day, `YYYY-MM-DD` in the merchant’s time zone; today if not given.'),
});

/** The ledger for an accountant. */
export function ledgerExportEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/ledger/export',
      operationId: 'exportLedger',
      tag: 'Reports',
      summary: 'Export all ledger entries of a period',
      scopes: ['read'],
      long: true,
      formats: ['csv', 'jsonl'],
      query,
      answer: z.string(),
      statuses: { 200: 'a line for each entry, in their order' },
      handle: async ({ query, now, format }) => {
        const zone = await merchantZone(sql);
        const { from, to = dayAt(now, zone) } = query;
        if (from !== undefined && from > to)
          invalid(
            'from',
            `The period ends on ${to}, before it begins on ${from}: give an earlier from or a later to.`,
          );
        const start = from === undefined ? null : startOfDay(from, zone);
        const pages = exportLedger(sql, { start, end: endOfDay(to, zone), zone });
        const file = format === 'csv' ? csvPages(Object.keys(columns), csvRows(pages)) : jsonLines(pages);
        return { file, name: `ledger-${from ?? 'all'}-${to}` };
      },
    }),
  ];
}

/** `amount` is exact, in major units. On `receivable` + is owed by the customer, on `unapplied` + is credit held. */
const columns = {
  entryId: ({ id }) => id,
  entryKey: ({ entryKey }) => entryKey,
  bookedAt: ({ bookedAt }) => bookedAt,
  bookedOn: ({ bookedOn }) => bookedOn,
  valueOn: ({ valueOn }) => valueOn,
  customerId: ({ customerId }) => customerId,
  customerName: ({ customerName }) => customerName,
  vatNumber: ({ vatNumber }) => vatNumber,
  orderId: ({ orderId }) => orderId,
  orderNumber: ({ orderNumber }) => orderNumber,
  instalment: ({ instalment }) => instalment,
  account: ({ account }) => account,
  kind: ({ kind }) => kind,
  part: ({ part }) => part,
  causeKind: ({ cause }) => cause.kind,
  causeId: ({ cause }) => cause.id,
  amountMinor: ({ amount }) => amount,
  amount: decimalOf,
  currency: ({ currency }) => currency,
  paymentId: ({ paymentId }) => paymentId,
  reverses: ({ reverses }) => reverses,
  commandId: ({ commandId }) => commandId,
  actor: ({ actor }) => actor,
} satisfies Record<string, (entry: ExportedEntry) => Cell>;

async function* csvRows(pages: AsyncIterable<ExportedEntry[]>): AsyncIterable<Cell[][]> {
  for await (const page of pages)
    yield page.map((entry) => Object.values(columns).map((cell) => cell(entry)));
}

async function* jsonLines(pages: AsyncIterable<ExportedEntry[]>): AsyncIterable<string> {
  const cells = Object.entries(columns);
  const lineOf = (entry: ExportedEntry) =>
    `${JSON.stringify(Object.fromEntries(cells.map(([name, cell]) => [name, cell(entry)])))}\n`;
  for await (const page of pages) yield page.map(lineOf).join('');
}
