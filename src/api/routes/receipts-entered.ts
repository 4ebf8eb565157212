import { readReceiptsEntered, stateReceiptsEntered } from '../../modules/banking/receipts-entered.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { receiptsEntered, receiptsEnteredInput } from '../schemas/receipts-entered.ts';

const tag = 'Payments';

/** For merchants who import no statements: up to which day they have entered the money received. */
export function receiptsEnteredEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/receipts-entered',
      operationId: 'readReceiptsEntered',
      tag,
      summary: 'Read up to which day the money received is entered by hand',
      scopes: ['read'],
      answer: receiptsEntered,
      handle: async () => ({
        body: (await readReceiptsEntered(sql)) ?? { through: null, enteredBy: null, enteredAt: null },
      }),
    }),
    endpoint({
      method: 'put',
      path: '/receipts-entered',
      operationId: 'replaceReceiptsEntered',
      tag,
      summary: 'Say up to which day the money received is entered by hand',
      scopes: ['admin'],
      body: receiptsEnteredInput,
      answer: receiptsEntered,
      handle: async ({ body: { through }, actor, now }) => {
        const { stated, replayed } = await stateReceiptsEntered(sql, through, { actor, now });
        return { body: stated, headers: replayedHeader(replayed) };
      },
    }),
  ];
}
