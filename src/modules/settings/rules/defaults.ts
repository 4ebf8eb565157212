import type { DunningPolicy } from '../../dunning/rules/dunning.ts';
import type { EligibilityPolicy } from '../../eligibility/rules/policy.ts';
import type { LateInterestPolicy } from '../../interest/rules/late-interest.ts';
import type { ReceiptsPolicy } from '../../payments/rules/receipts.ts';
import type { TermsPolicy } from '../../terms/rules/terms.ts';
import type { Settings } from './settings.ts';

/** In force until the merchant changes it: the credit limit is zero, so that nobody gets credit by default. */
export const defaultEligibility: EligibilityPolicy = {
  rules: [{ rule: 'vatNumber' }],
  creditLimit: { amount: 0, currency: 'EUR' },
  tolerance: { amount: 0, currency: 'EUR' },
};

export const defaultTerms: TermsPolicy = {
  terms: [
    { code: 'net30', label: { en: 'Net 30 days', it: 'Pagamento a 30 giorni' }, kind: 'net', days: 30 },
  ],
  defaultCode: 'net30',
};

export const defaultDunning: DunningPolicy = {
  levels: [
    { offset: '-P7D', tone: 'due-soon' },
    { offset: 'P5D', tone: 'overdue-1', payWithinDays: 7 },
    { offset: 'P18D', tone: 'overdue-2', payWithinDays: 5 },
    { offset: 'P30D', tone: 'final', payWithinDays: 7, approve: true },
  ],
  plans: {},
  sendTime: '10:30',
  timeZone: 'Europe/Rome',
  spreadMinutes: 30,
  businessDays: true,
  minIntervalDays: 7,
  maxIn30Days: 4,
  minimumAmounts: [{ amount: 1_000, currency: 'EUR' }],
  letters: 'on',
  pauses: [],
};

/** Off by default. The compensation is the one that the law sets: 40 EUR (art. 6 D.Lgs. 231/2002). */
export const defaultLateInterest: LateInterestPolicy = {
  enabled: false,
  country: null,
  marginPercent: null,
  compensation: { amount: 4_000, currency: 'EUR' },
  referenceRates: [],
};

/**
 * Small bank fees and roundings are accepted. An order's own discount is booked when it is earned; only the merchant
 * can allow a larger one.
 */
export const defaultReceipts: ReceiptsPolicy = {
  deductions: {
    bank_fee: { amount: 2_500, currency: 'EUR' },
    rounding: { amount: 100, currency: 'EUR' },
    withholding: null,
    discount: { amount: 0, currency: 'EUR' },
  },
  underpayment: { amount: 0, currency: 'EUR' },
  returnFee: null,
  bankDays: 5,
};

export const defaultSettings: Settings = {
  company: 'The merchant',
  iban: null,
  vatNumber: null,
  replyTo: null,
  timeZone: 'Europe/Rome',
  country: 'IT',
  region: null,
  saturdays: 'open',
  currency: 'EUR',
  reservationExpiresAfter: 'P1D',
  writeOffApprovalOver: null,
};
