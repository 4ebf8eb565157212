import { expect, it } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { useApi } from './harness.ts';

const api = useApi();

const accounting = { as: 'accounting' } as const;
const reason = { reason: 'entered on the wrong order' };

it('a payment that was entered by mistake is reversed by a reversing entry, once', async () => {
  await api.call('/orders', { orderId: 'wrong', customerId: 'rossi', total: eur(100) });
  await api.ask('wrong', 'payments', { paymentId: 'bank-7', amount: eur(100) }, accounting);
  expect((await api.call('/orders/wrong')).body).toMatchObject({ status: 'settled' });

  const first = await api.call('/payments/bank-7/reverse', reason, accounting);
  expect(first).toMatchObject({
    status: 200,
    body: {
      paymentId: 'bank-7',
      allocated: eur(0),
      reversed: eur(100),
      orders: [{ status: 'open', outstanding: eur(100), workflowId: 'order/wrong/2' }],
    },
  });
  const again = await api.call('/payments/bank-7/reverse', reason, accounting);
  expect(again).toMatchObject({ status: 200, body: { orders: [{ outstanding: eur(100) }] } });
  expect(again.headers.get('idempotent-replayed')).toBe('true');

  const { items } = (await api.call('/orders/wrong/ledger')).body;
  expect(items.map(({ kind }: { kind: string }) => kind)).toEqual(['charge', 'payment', 'reversal']);
  expect((await api.call('/orders/wrong/timeline')).body.items).toContainEqual(
    expect.objectContaining({ kind: 'payment.reversed', reason: reason.reason }),
  );
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

it('an unknown payment, a missing reason and a storefront’s key are refused', async () => {
  expect(await api.call('/payments/none/reverse', reason)).toMatchObject({
    status: 404,
    body: { code: 'payment-not-found' },
  });
  expect(await api.call('/payments/none/reverse', {})).toMatchObject({
    status: 422,
    body: { code: 'validation' },
  });
  expect(await api.call('/payments/none/reverse', reason, { as: 'storefront' })).toMatchObject({
    status: 403,
  });
});
