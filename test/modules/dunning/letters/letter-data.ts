import type { Money } from '../../../../src/kernel/money.ts';
import type { LetterData, LetterItem } from '../../../../src/modules/dunning/letters/letter.ts';
import type { LetterTone } from '../../../../src/modules/dunning/rules/dunning.ts';

export const eur = (amount: number): Money => ({ amount, currency: 'EUR' });

/** An invoice of 1,220.00 EUR, due on 30 October 2026 and 18 days late, changed by what is given. */
export function anItem(given: Partial<LetterItem> = {}): LetterItem {
  const outstanding = given.outstanding ?? eur(122_000);
  return {
    orderId: 'shop-77',
    orderNumber: 'SO-1042',
    purchaseOrder: null,
    invoices: [{ number: '2026/15', issuedOn: '2026-09-30' }],
    orders: [],
    instalment: null,
    dueOn: '2026-10-30',
    daysLate: 18,
    tone: 'overdue-2',
    lines: [{ kind: 'total', amount: outstanding }],
    outstanding,
    collection: 'transfer',
    ...given,
  };
}

/** An order that was not invoiced. */
export const anOrderItem = (given: Partial<LetterItem> = {}): LetterItem =>
  anItem({ invoices: [], orderNumber: 'SO-2001', orderId: 'shop-2001', ...given });

/** As many invoices of 1,220.00 EUR, due on successive days from 20 October 2026 on. */
export const items = (count: number, given: Partial<LetterItem> = {}): LetterItem[] =>
  Array.from({ length: count }, (_, index) =>
    anItem({
      orderId: `shop-${77 + index}`,
      orderNumber: `SO-${1042 + index}`,
      invoices: [{ number: `2026/${15 + index}`, issuedOn: '2026-09-30' }],
      dueOn: `2026-10-${String(10 + (index % 20)).padStart(2, '0')}`,
      daysLate: 38 - (index % 20),
      ...given,
    }),
  );

/** What a letter of that tone usually says about one invoice, changed by what is given. */
export function letterData(tone: LetterTone, given: Partial<LetterData> = {}): LetterData {
  const today = {
    'due-soon': '2026-10-23',
    due: '2026-10-30',
    'overdue-1': '2026-11-04',
    final: '2026-11-30',
  };
  const early = tone === 'due-soon' || tone === 'due';
  const daysLate = { 'due-soon': 0, due: 0, 'overdue-1': 5, 'overdue-2': 18, final: 31, returned: 2 }[tone];
  return {
    tone,
    company: 'Officine Bianchi S.p.A.',
    customerName: 'Alfa Ricambi S.r.l.',
    attention: null,
    items: [anItem({ tone, daysLate, collection: tone === 'returned' ? 'riba' : 'transfer' })],
    dueSoon: [],
    deadline: early
      ? null
      : tone === 'overdue-1'
        ? '2026-11-13'
        : tone === 'final'
          ? '2026-12-10'
          : '2026-11-24',
    today: today[tone as keyof typeof today] ?? '2026-11-17',
    reference: 'NT-4K7M-29QX',
    accounts: [
      {
        currency: 'EUR',
        holder: 'Officine Bianchi S.p.A.',
        iban: 'IT60X0542811101000000123456',
        bic: 'BPMOIT22XXX',
      },
    ],
    fee: null,
    creditHeld: [],
    brokenPromise: null,
    lastLettersOn:
      tone === 'overdue-2' ? ['2026-11-04'] : tone === 'final' ? ['2026-11-04', '2026-11-17'] : [],
    termsBlocked: false,
    lateInterestLaw: true,
    disputedPart: false,
    sender: { name: 'Carla Ferri', phone: '0422 123456' },
    replyTo: 'amministrazione@bianchi.example',
    ...given,
  };
}
