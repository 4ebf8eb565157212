import { z } from 'zod';
import { addDays, dayAt, endOfDay, startOfDay } from '../../kernel/calendar.ts';
import { invalid } from '../../kernel/invalid.ts';
import { decimalOf } from '../../kernel/money.ts';
import { ageingByCustomer } from '../../modules/reports/ageing.ts';
import { averageDaysLate } from '../../modules/reports/days-late.ts';
import { csvOf } from '../../modules/reports/documents/csv.ts';
import { expectedCash } from '../../modules/reports/expected-cash.ts';
import type { AsOf } from '../../modules/reports/open-parts.ts';
import { withPlanForDay } from '../../modules/reports/planned-for-its-day.ts';
import { type Ageing, ageingBuckets } from '../../modules/reports/rules/ageing.ts';
import { daysSalesOutstanding } from '../../modules/reports/rules/dso.ts';
import { sumOf } from '../../modules/reports/rules/statement.ts';
import { salesOutstanding } from '../../modules/reports/sales-outstanding.ts';
import { activePolicies } from '../../modules/settings/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import {
  ageingReport,
  daysLateReport,
  dsoReport,
  expectedCashReport,
  periodQuery,
  reportQuery,
} from '../schemas/reports.ts';
import { mapInTurns } from '../turns.ts';

const common = {
  method: 'get',
  tag: 'Reports',
  scopes: ['read'],
  formats: ['json', 'csv'],
  long: true,
} as const;
const columns = [...ageingBuckets, 'total'] as const;

/** What all customers owe, in one currency, at the end of a day. */
export function reportEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  type Asked = { asOf?: string | undefined; currency?: string | undefined };

  async function momentOf(asked: Asked, now: string): Promise<AsOf> {
    const { timeZone: zone, currency: usual } = (await activePolicies(sql)).settings.body;
    const today = dayAt(now, zone);
    const { asOf = today, currency = usual } = asked;
    if (asOf > today) invalid('asOf', `This is in the future: today is ${today}.`);
    return { currency, asOf, end: endOfDay(asOf, zone), zone };
  }

  async function periodOf({ days, ...asked }: Asked & { days: number }, now: string) {
    const moment = await momentOf(asked, now);
    const from = addDays(moment.asOf, 1 - days);
    return { ...moment, from, days, start: startOfDay(from, moment.zone) };
  }

  return [
    endpoint({
      ...common,
      path: '/reports/ageing',
      operationId: 'readAgeing',
      summary: 'Read the ageing of what is owed, by customer',
      query: z.strictObject(reportQuery),
      answer: ageingReport,
      handle: async ({ query, now, format }) => {
        const at = await momentOf(query, now);
        const { asOf, currency } = at;
        const rows = await withPlanForDay(sql, (tx) => ageingByCustomer(tx, at));
        if (format === 'csv') {
          const cells = (ageing: Ageing) =>
            columns.map((name) => decimalOf({ amount: ageing[name], currency }));
          const head = ['customerId', 'name', ...columns, 'currency', 'asOf'];
          const lines = await mapInTurns(rows, ({ customerId, name, ageing }) => [
            ...[customerId, name, ...cells(ageing)],
            ...[currency, asOf],
          ]);
          return { file: await csvOf(head, lines), name: `ageing-${asOf}` };
        }
        const moneys = (of: (name: (typeof columns)[number]) => number) =>
          Object.fromEntries(columns.map((name) => [name, { amount: of(name), currency }]));
        const ageings = rows.map(({ ageing }) => ageing);
        const items = await mapInTurns(rows, ({ customerId, name, ageing }) => ({
          customerId,
          name,
          ...moneys((column) => ageing[column]),
        }));
        return { body: { asOf, currency, totals: moneys((name) => sumOf(ageings, name)), items } as never };
      },
    }),
    endpoint({
      ...common,
      path: '/reports/dso',
      operationId: 'readDaysSalesOutstanding',
      summary: 'Read the days sales outstanding',
      query: z.strictObject(periodQuery),
      answer: dsoReport,
      handle: async ({ query, now, format }) => {
        const period = await periodOf(query, now);
        const { asOf, currency, from, days } = period;
        const { receivables, sales } = await withPlanForDay(sql, (tx) => salesOutstanding(tx, period));
        const dso = daysSalesOutstanding({ receivables, sales, days });
        const money = (amount: number) => ({ amount, currency });
        if (format === 'csv') {
          const head = ['from', 'asOf', 'days', 'dso', 'receivables', 'sales', 'currency'];
          const amounts = [decimalOf(money(receivables)), decimalOf(money(sales))];
          return {
            file: await csvOf(head, [[from, asOf, days, dso, ...amounts, currency]]),
            name: `dso-${asOf}`,
          };
        }
        const figures = { dso, receivables: money(receivables), sales: money(sales) };
        return { body: { asOf, currency, from, days, ...figures } };
      },
    }),
    endpoint({
      ...common,
      path: '/reports/average-days-late',
      operationId: 'readAverageDaysLate',
      summary: 'Read how late customers paid',
      query: z.strictObject(periodQuery),
      answer: daysLateReport,
      handle: async ({ query, now, format }) => {
        const period = await periodOf(query, now);
        const { asOf, currency, from, days } = period;
        const { overall, customers } = await withPlanForDay(sql, (tx) => averageDaysLate(tx, period));
        if (format === 'csv') {
          const head = ['customerId', 'name', 'paid', 'averageDaysLate', 'currency', 'from', 'asOf'];
          const lines = await mapInTurns(customers, ({ customerId, name, paid, averageDaysLate }) => [
            ...[customerId, name, decimalOf({ amount: paid, currency }), averageDaysLate],
            ...[currency, from, asOf],
          ]);
          return { file: await csvOf(head, lines), name: `average-days-late-${asOf}` };
        }
        const view = <Row extends { paid: number }>({ paid, ...row }: Row) => ({
          ...row,
          paid: { amount: paid, currency },
        });
        const items = await mapInTurns(customers, view);
        return { body: { asOf, currency, from, days, overall: overall && view(overall), items } };
      },
    }),
    endpoint({
      ...common,
      path: '/reports/expected-cash',
      operationId: 'readExpectedCash',
      summary: 'Read when what is owed is due, by ISO week',
      query: z.strictObject(reportQuery),
      answer: expectedCashReport,
      handle: async ({ query, now, format }) => {
        const at = await momentOf(query, now);
        const { asOf, currency } = at;
        const { overdue, weeks, provisional } = await withPlanForDay(sql, (tx) => expectedCash(tx, at));
        if (format === 'csv') {
          const line = (week: string, from: string | null, to: string | null, amount: number) => [
            ...[week, from, to, decimalOf({ amount, currency }), currency],
          ];
          const lines = [
            line('overdue', null, null, overdue),
            ...weeks.map(({ week, from, to, amount }) => line(week, from, to, amount)),
            line('provisional', null, null, provisional),
          ];
          const head = ['week', 'from', 'to', 'amount', 'currency'];
          return { file: await csvOf(head, lines), name: `expected-cash-${asOf}` };
        }
        const money = (amount: number) => ({ amount, currency });
        return {
          body: {
            asOf,
            currency,
            overdue: money(overdue),
            weeks: weeks.map(({ amount, ...week }) => ({ ...week, amount: money(amount) })),
            provisional: money(provisional),
            total: money(overdue + sumOf(weeks, 'amount') + provisional),
          },
        };
      },
    }),
  ];
}
