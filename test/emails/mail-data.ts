import type { MailData } from '../../src/emails/render.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });

/** An order of 1,520.00 EUR due on 3 March 2027, of which 1,220.00 are open. */
export function mailData(given: Partial<MailData> = {}): MailData {
  return {
    company: 'Officine Bianchi S.p.A.',
    customerName: 'Rossi Impianti S.r.l.',
    orderId: 'shop-77',
    orderNumber: '1042',
    termsLabel: 'Net 30 days',
    total: eur(152_000),
    outstanding: eur(122_000),
    dueOn: '2027-03-03',
    daysLate: 0,
    iban: 'IT60X0542811101000000123456',
    replyTo: 'amministrazione@bianchi.example',
    ...given,
  };
}
