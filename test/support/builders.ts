import { fingerprint } from '../../src/kernel/fingerprint.ts';
import type { Money } from '../../src/kernel/money.ts';
import type { Advance } from '../../src/modules/commands/advance.ts';
import type { CustomerFacts } from '../../src/modules/customers/tables.ts';
import type { DunningPolicy } from '../../src/modules/dunning/rules/dunning.ts';
import type { SimplePolicy } from '../../src/modules/eligibility/rules/policy.ts';
import type { CheckoutRequest } from '../../src/modules/ordering/checkout.ts';
import type { Settings } from '../../src/modules/settings/rules/settings.ts';
import type { TermsPolicy } from '../../src/modules/terms/rules/terms.ts';

/** Euro, in whole units: `eur(1220)` is 1,220.00 EUR. */
export const eur = (units: number): Money => ({ amount: Math.round(units * 100), currency: 'EUR' });

export const aCustomer = (fields: Partial<CustomerFacts> = {}): CustomerFacts => ({
  name: 'Officine Rossi S.r.l.',
  email: 'amministrazione@officine-rossi.example',
  locale: 'it-IT',
  country: 'IT',
  vatNumber: 'IT12345670488',
  groups: [],
  contacts: {},
  pastOrders: 5,
  turnover: eur(5_000),
  since: null,
  external: {},
  closedMonths: [],
  closures: [],
  accountManager: null,
  ...fields,
});

export const anOrder = (fields: Partial<CheckoutRequest> & { orderId: string }): CheckoutRequest => {
  const request = {
    customerId: 'rossi',
    total: eur(1220),
    orderNumber: 'SO-1042',
    termsCode: null,
    placedAt: null,
    confirm: 'now' as const,
    buyer: null,
    purchaseOrder: null,
    metadata: {},
    categories: [],
    regime: null,
    customer: null,
    ...fields,
  };
  return { fingerprint: fingerprint(request), ...request };
};

/** An order's workflow looks at the order at an instant, as it would in a worker. */
export const aLook = (orderId: string, now: string, fields: Partial<Advance> = {}): Advance => ({
  orderId,
  episode: 1,
  now: Date.parse(now),
  manualRequests: [],
  storeFailed: false,
  ...fields,
});

export const eligibility: SimplePolicy = {
  rules: [
    { rule: 'vatNumber' },
    { rule: 'minOrders', orders: 3 },
    { rule: 'minTurnover', turnover: eur(1_000) },
  ],
  creditLimit: eur(10_000),
  tolerance: eur(0),
};

export const terms: TermsPolicy = {
  defaultCode: 'net30',
  terms: [
    { code: 'net30', label: { en: 'Net 30 days', it: 'Pagamento a 30 giorni' }, kind: 'net', days: 30 },
    { code: 'net60', label: { en: 'Net 60 days', it: 'Pagamento a 60 giorni' }, kind: 'net', days: 60 },
    {
      code: 'deposit',
      label: { en: 'A deposit, then two instalments', it: 'Acconto e due rate' },
      kind: 'instalments',
      lines: [
        { percent: '30', terms: { kind: 'net', days: 0 } },
        { percent: '30', terms: { kind: 'net', days: 30 } },
        { remainder: true, terms: { kind: 'net', days: 60 } },
      ],
    },
    {
      code: 'weekly',
      label: 'Two halves, a week apart',
      kind: 'instalments',
      lines: [
        { percent: '50', terms: { kind: 'net', days: 30 } },
        { remainder: true, terms: { kind: 'net', days: 37 } },
      ],
    },
    { code: 'demo', label: 'A minute', kind: 'elapsed', duration: 'PT60S' },
  ],
};

export const dunning: DunningPolicy = {
  levels: [
    { offset: '-P3D', tone: 'due-soon' },
    { offset: 'P0D', tone: 'due' },
    { offset: 'P7D', tone: 'overdue-1' },
    { offset: 'P14D', tone: 'overdue-2' },
  ],
  plans: {
    demo: [
      { offset: '-PT40S', tone: 'due-soon' },
      { offset: 'PT0S', tone: 'due' },
      { offset: 'PT20S', tone: 'overdue-1' },
      { offset: 'PT40S', tone: 'overdue-2' },
    ],
  },
  sendTime: '09:00',
  timeZone: 'Europe/Rome',
  spreadMinutes: 0,
  businessDays: true,
  minIntervalDays: 0,
  maxIn30Days: 100,
  minimumAmounts: [],
  letters: 'on',
  pauses: [],
};

export const settings: Settings = {
  company: 'Forniture Bianchi S.p.A.',
  iban: 'IT60X0542811101000000123456',
  vatNumber: null,
  replyTo: 'crediti@forniture-bianchi.example',
  timeZone: 'Europe/Rome',
  country: 'IT',
  region: null,
  saturdays: 'open',
  currency: 'EUR',
  reservationExpiresAfter: 'P1D',
  writeOffApprovalOver: null,
};
