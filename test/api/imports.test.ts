import { afterAll, beforeAll, it } from 'vitest';
import { type Api, openApi } from './harness.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());
it('x', async () => {
  const csv =
    'customerId,name,email,locale,country\na,A,a@a.example,it,IT\nb,,nope,it,XX\na,A,a@a.example,it,IT\n';
  const r = await api.send('/v1/customers/import', csv, {
    as: 'storefront',
    headers: { 'content-type': 'text/csv' },
  });
  console.log(api.logged.find((l) => l.includes('"err"')));
  console.log(r.status, r.headers.get('location'), r.body);
  const again = await api.send('/v1/customers/import', csv, {
    as: 'storefront',
    headers: { 'content-type': 'text/csv' },
  });
  console.log(again.status, again.headers.get('idempotent-replayed'));
  console.log(JSON.stringify((await api.call(`/imports/${r.body.importId}/rejected`)).body, null, 1));
  console.log(
    (
      await api.send(`/v1/imports/${r.body.importId}/rejected`, undefined, {
        headers: { accept: 'text/csv' },
      })
    ).body,
  );
  const { applyImport } = await import('../../src/db/apply-import.ts');
  console.log(await applyImport(api.sql, r.body.importId, api.clock.now));
  console.log((await api.call('/imports')).body.items, (await api.call('/customers/a')).body);
});
