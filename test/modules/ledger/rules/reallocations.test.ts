import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../../src/modules/ledger/rules/entry.ts';
import { type Amended, amendment, waiver } from '../../../../src/modules/ledger/rules/reallocations.ts';

const TODAY = '2027-04-02';

const amend = (...instalments: (Partial<Amended> & Pick<Amended, 'amount' | 'amended'>)[]) =>
  amendment(
    'cmd',
    'o',
    instalments.map((given, index) => ({
      number: index + 1,
      outstanding: given.amount + (given.charges ?? 0) - paid(given.received ?? []),
      charges: 0,
      received: [],
      ...given,
    })),
    TODAY,
  );
const paid = (received: Amended['received']) => received.reduce((sum, { amount }) => sum + amount, 0);
const told = (entries: readonly Entry[]) =>
  entries.map(({ account, kind, amount, instalment, part, paymentId }) =>
    [account, kind, amount, instalment, part, paymentId].filter((given) => given !== null).join(' '),
  );

describe('an amendment', () => {
  it('changes the charge of each instalment whose amount changes, and nothing else', () => {
    expect(
      told(
        amend({ amount: 300, amended: 450 }, { amount: 200, amended: 200 }, { amount: 500, amended: 350 }),
      ),
    ).toEqual(['receivable amendment 150 1 principal', 'receivable amendment -150 3 principal']);
  });

  it('uses what is overpaid on one instalment to pay the others, costs before principal, then as credit', () => {
    const received = [{ paymentId: 'p', amount: 300 }];
    const entries = amend(
      { amount: 300, amended: 100, received },
      { amount: 200, amended: 150, charges: 20 },
      { amount: 100, amended: 0 },
    );
    expect(told(entries)).toEqual([
      'receivable amendment -200 1 principal',
      'receivable amendment -50 2 principal',
      'receivable amendment -100 3 principal',
      'receivable allocation 200 1 principal p',
      'receivable allocation -20 2 charges p',
      'receivable allocation -150 2 principal p',
      'unapplied allocation 30 principal p',
    ]);
  });

  it('frees the money of the newest payment first', () => {
    const received = [
      { paymentId: 'newer', amount: 40 },
      { paymentId: 'older', amount: 60 },
    ];
    expect(told(amend({ amount: 100, amended: 50, received }))).toEqual([
      'receivable amendment -50 1 principal',
      'receivable allocation 40 1 principal newer',
      'unapplied allocation 40 principal newer',
      'receivable allocation 10 1 principal older',
      'unapplied allocation 10 principal older',
    ]);
  });

  it('neither creates nor loses money, and leaves no instalment below zero', () => {
    const instalment = fc
      .record({
        amount: fc.nat(1_000),
        amended: fc.nat(1_000),
        charges: fc.nat(50),
        payments: fc.array(fc.nat(400), { maxLength: 3 }),
      })
      .map(({ payments, ...given }) => {
        let left = given.amount;
        const received = payments.flatMap((amount, index) => {
          const taken = Math.min(amount, left);
          left -= taken;
          return taken > 0 ? [{ paymentId: `p${index}`, amount: taken }] : [];
        });
        return { ...given, received };
      });
    fc.assert(
      fc.property(fc.array(instalment, { minLength: 1, maxLength: 5 }), (given) => {
        const entries = amend(...given);
        const sum = (some: (entry: Entry) => boolean) =>
          entries.reduce((total, entry) => (some(entry) ? total + entry.amount : total), 0);
        const before = given.reduce(
          (total, { amount, charges, received }) => total + amount + charges - paid(received),
          0,
        );
        const by = given.reduce((total, { amount, amended }) => total + amended - amount, 0);
        const owed = before + sum(({ account }) => account === 'receivable');
        const credit = sum(({ account }) => account === 'unapplied');
        expect(owed - credit).toBe(before + by);
        expect(credit === 0 || owed === 0).toBe(true);
        for (const [index, { amount, amended, charges, received }] of given.entries()) {
          const on = (part: string) =>
            sum(
              (entry) =>
                entry.instalment === index + 1 && entry.part === part && entry.account === 'receivable',
            );
          expect(amount - paid(received) + on('principal')).toBeGreaterThanOrEqual(0);
          expect(charges + on('charges')).toBeGreaterThanOrEqual(0);
          expect(sum(({ kind, instalment }) => kind === 'amendment' && instalment === index + 1)).toBe(
            amended - amount,
          );
        }
        expect(new Set(entries.map(({ key }) => key)).size).toBe(entries.length);
      }),
    );
  });
});

describe('a waiver', () => {
  const owed = [
    { number: 1, amount: 1_000, outstanding: 130, charges: 30 },
    { number: 2, amount: 500, outstanding: 505, charges: 5 },
  ];
  const received = [
    { number: 1, paymentId: 'newer', receivedOn: '2027-04-01', amount: 15 },
    { number: 1, paymentId: 'older', receivedOn: '2027-03-31', amount: 40 },
  ];

  it('gives up what is unpaid first, then releases what was paid, the newest first, for what else is owed', () => {
    expect(told(waiver('cmd', 'o', owed, { amount: 55, received, today: TODAY }))).toEqual([
      'receivable waiver -30 1 charges',
      'receivable waiver -5 2 charges',
      'receivable waiver -15 1 charges',
      'receivable waiver -5 1 charges',
      'receivable allocation 15 1 charges newer',
      'receivable allocation -15 1 principal newer',
      'receivable allocation 5 1 charges older',
      'receivable allocation -5 1 principal older',
    ]);
  });

  it('counts on its own day; the money that it releases counts from the day on which it was received', () => {
    const days = waiver('cmd', 'o', owed, { amount: 50, received, today: TODAY }).map(
      ({ kind, amount, valueOn }) => [kind, amount, valueOn],
    );
    expect(days).toEqual([
      ['waiver', -30, TODAY],
      ['waiver', -5, TODAY],
      ['waiver', -15, TODAY],
      ['allocation', 15, '2027-04-01'],
      ['allocation', -15, '2027-04-01'],
    ]);
  });

  it('turns what pays nothing else into unapplied credit', () => {
    const settled = [{ number: 1, amount: 1_000, outstanding: 0, charges: 0 }];
    expect(
      told(waiver('cmd', 'o', settled, { amount: 40, received: received.slice(1), today: TODAY })),
    ).toEqual([
      'receivable waiver -40 1 charges',
      'receivable allocation 40 1 charges older',
      'unapplied allocation 40 principal older',
    ]);
  });
});
