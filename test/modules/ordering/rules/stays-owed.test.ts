import { describe, expect, it } from 'vitest';
import { deliveredWith, staysOwed } from '../../../../src/modules/ordering/rules/stays-owed.ts';

const order = { total: 1_000, invoiced: 0, delivered: 0, forgiven: 0 };

describe('what stays owed of a cancelled order', () => {
  it('is nothing of an order that is neither invoiced nor delivered, even if a part was credited', () => {
    expect(staysOwed(order)).toBe(0);
    expect(staysOwed({ ...order, forgiven: 300 })).toBe(0);
  });

  it('is what is invoiced or delivered, whichever is more: an invoice may cover what was delivered', () => {
    expect(staysOwed({ ...order, invoiced: 400 })).toBe(400);
    expect(staysOwed({ ...order, delivered: 600 })).toBe(600);
    expect(staysOwed({ ...order, invoiced: 400, delivered: 600 })).toBe(600);
    expect(staysOwed({ ...order, invoiced: 1_000, delivered: 600 })).toBe(1_000);
  });

  it('is never less than what was credited or written off, nor more than the total', () => {
    expect(staysOwed({ ...order, invoiced: 400, forgiven: 700 })).toBe(700);
    expect(staysOwed({ ...order, invoiced: 1_200 })).toBe(1_000);
  });
});

describe('what is delivered of an order', () => {
  const delivered = (...waiting: Parameters<typeof deliveredWith>[1]) =>
    deliveredWith({ total: 1_000, fulfilled: 300 }, waiting);

  it('includes the deliveries whose reports wait, up to the total', () => {
    expect(delivered()).toBe(300);
    expect(delivered({ amount: 200, final: false })).toBe(500);
    expect(delivered({ amount: 200, final: false }, { amount: null, final: false })).toBe(1_000);
    expect(delivered({ amount: 900, final: false })).toBe(1_000);
  });

  it('is not more if a report only says that nothing more will come', () => {
    expect(delivered({ amount: null, final: true })).toBe(300);
  });
});
