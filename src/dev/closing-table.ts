import { join } from 'node:path';
import { stateDir } from './state.ts';
import type { Running } from './system.ts';

/** The summary that is printed when everything is ready. */
export function closingTable({ dev, signInLink, sampleOrder, notes }: Running): string {
  const rows: [string, string][] = [
    ['Back office', `${signInLink}  (signs in once)`],
    ['API', `${dev.api}/v1  (its docs: ${dev.api}/docs)`],
    ['Temporal UI', dev.temporalUi],
    ...(dev.mailbox ? [['Mailbox', dev.mailbox] as [string, string]] : []),
    ...(dev.store ? [['Sample store', dev.store] as [string, string]] : []),
    ['PostgreSQL', dev.database],
    ...Object.entries(dev.keys).map(([name, key]): [string, string] => [`Key: ${name}`, key]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  const order = sampleOrder
    ? `Order ${sampleOrder} was placed on 60-second terms: its mails arrive now and in the next 100 seconds.`
    : "No sample order was placed: the sample company's credit is used up. Settle an order in the back office.";
  return [
    '',
    'Netterms is running.',
    '',
    ...lines,
    '',
    ...notes,
    order,
    '`npm run demo` in another terminal walks through the life of an order. It reads ' +
      `${join(stateDir, 'dev.json')}.`,
    `Ctrl-C stops everything; the data stays in ${stateDir} for the next start.`,
    '',
  ].join('\n');
}
