import type { MailData } from '../../../../src/modules/dunning/letters/render.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });

/**
 * An order of 1,520.00 EUR due on 3 March 2027, 1,220.00 of it open, changed by what is given. What is not owed was paid,
 * but for what is withheld.
 */
export function mailData({
  dueOn = '2027-03-03',
  withheld = 0,
  ...given
}: Partial<MailData> & { dueOn?: string; withheld?: number } = {}): MailData {
  const outstanding = given.outstanding ?? eur(122_000);
  const received = 152_000 - withheld - outstanding.amount;
  const whole = {
    number: 1,
    dueOn,
    waitsFor: null,
    collection: 'transfer' as const,
    amount: given.total ?? eur(152_000),
    outstanding,
  };
  return {
    company: 'Officine Bianchi S.p.A.',
    customerName: 'Rossi Impianti S.r.l.',
    orderId: 'shop-77',
    orderNumber: '1042',
    invoices: [],
    termsLabel: 'Net 30 days',
    total: eur(152_000),
    changes: [
      ...(withheld > 0 ? [{ kind: 'withheld' as const, amount: eur(-withheld) }] : []),
      ...(received > 0 ? [{ kind: 'received' as const, amount: eur(-received) }] : []),
    ],
    outstanding,
    instalments: [whole],
    instalment: whole,
    daysLate: 0,
    iban: 'IT60X0542811101000000123456',
    holder: 'Officine Bianchi S.p.A.',
    bic: null,
    reference: '1042',
    replyTo: 'amministrazione@bianchi.example',
    ...given,
  };
}

/** The same order in three instalments: the first is paid, the second has 190.00 EUR open, and the mail is about it. */
export function instalmentData(): MailData {
  const part = (number: number, dueOn: string, amount: number, outstanding: number) => ({
    number,
    dueOn,
    waitsFor: null,
    collection: 'transfer' as const,
    amount: eur(amount),
    outstanding: eur(outstanding),
  });
  const second = part(2, '2027-03-03', 38_000, 19_000);
  return mailData({
    outstanding: eur(95_000),
    instalments: [part(1, '2027-02-01', 38_000, 0), second, part(3, '2027-04-03', 76_000, 76_000)],
    instalment: second,
  });
}
