import { expect } from 'vitest';
import { bookCertain } from '../../src/modules/banking/book-bank-line.ts';
import { applyImport } from '../../src/modules/imports/apply-import.ts';
import { getImport } from '../../src/modules/imports/tables.ts';
import { importAppliers } from '../../src/registry.ts';
import type { Answer, Api } from './harness.ts';

/** What tests do with files of banks: they send them, and do the work of their workflows. */
export function bankFiles(api: Api) {
  const as = { as: 'accounting' } as const;
  const send = (file: string | Buffer, query: Record<string, string> = {}, path = '/v1/payments/import') =>
    api.send(`${path}?${new URLSearchParams(query)}`, file, {
      ...as,
      headers: { 'content-type': 'text/csv' },
    });

  /** Sends a file, applies it and books what is certain; `orderIds` are the orders whose workflows then do their work. */
  async function imported(
    file: string | readonly string[],
    { orderIds = [], query = {} }: { orderIds?: readonly string[]; query?: Record<string, string> } = {},
  ): Promise<Answer['body']> {
    const { status, body } = await send(typeof file === 'string' ? file : file.join('\n'), query);
    expect([status, body.detail]).toEqual([202, undefined]);
    await applyImport(api.sql, body.importId, { appliers: importAppliers, now: api.clock.now });
    const { options, actor } = await getImport(api.sql, body.importId);
    if (options.book === 'certain') await bookCertain(api, body.importId, { actor, now: api.clock.now });
    for (const orderId of orderIds) await api.work(orderId);
    return (await api.call(`/imports/${body.importId}`)).body;
  }

  const list = async (query: string): Promise<Answer['body'][]> =>
    (await api.call(`/bank-lines?limit=200&${query}`, undefined, { as: 'read' })).body.items;
  const act = (id: string, what: string, body: object) =>
    api.working(api.call(`/bank-lines/${id}/${what}`, body, as));

  return {
    send,
    analyse: (file: string | Buffer, query: Record<string, string> = {}) =>
      send(file, query, '/v1/payments/import/analyse'),
    imported,
    /** The lines of an import's file in a state. */
    linesOf: (importId: string, state: string) => list(`importId=${importId}&state=${state}`),
    list,
    read: async (id: string): Promise<Answer['body']> => (await api.call(`/bank-lines/${id}`)).body,
    confirm: (id: string, body: object = {}) => act(id, 'confirm', body),
    ignore: (id: string) => act(id, 'ignore', { reason: 'not a payment' }),
    restore: (id: string) => act(id, 'restore', { reason: 'it was one after all' }),
  };
}
