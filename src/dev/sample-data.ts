import type { DunningPolicy } from '../modules/dunning/rules/dunning.ts';
import type { SimplePolicy } from '../modules/eligibility/rules/policy.ts';
import { defaultDunning } from '../modules/settings/rules/defaults.ts';
import type { Settings } from '../modules/settings/rules/settings.ts';
import type { TermsPolicy } from '../modules/terms/rules/terms.ts';
import { type ApiClient, ApiProblem } from './api-client.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });

const settings: Settings = {
  company: 'Torchio & Figli S.r.l.',
  iban: 'IT60X0542811101000000123456',
  vatNumber: null,
  replyTo: 'amministrazione@torchio.example',
  timeZone: 'Europe/Rome',
  country: 'IT',
  region: null,
  saturdays: 'open',
  currency: 'EUR',
  reservationExpiresAfter: 'P1D',
  writeOffApprovalOver: { amount: 50_000, currency: 'EUR' },
};

const terms: TermsPolicy = {
  terms: [
    { code: 'net30', label: { en: 'Net 30 days', it: 'Pagamento a 30 giorni' }, kind: 'net', days: 30 },
    { code: 'net60', label: { en: 'Net 60 days', it: 'Pagamento a 60 giorni' }, kind: 'net', days: 60 },
    {
      code: 'eom30',
      label: { en: '30 days, end of month', it: '30 giorni fine mese' },
      kind: 'endOfMonth',
      days: 30,
      convention: 'monthsThenMonthEnd',
    },
    {
      code: 'deposit',
      label: { en: '30 % deposit, the rest in two instalments', it: 'Acconto del 30 %, saldo in due rate' },
      kind: 'instalments',
      nonBusinessDays: 'next',
      lines: [
        { percent: '30', terms: { kind: 'net', days: 0 } },
        { percent: '35', terms: { kind: 'net', days: 30 } },
        { remainder: true, terms: { kind: 'net', days: 60 } },
      ],
    },
    {
      code: 'demo',
      label: { en: '60 seconds, for trying things out', it: '60 secondi, per provare' },
      kind: 'elapsed',
      duration: 'PT60S',
    },
  ],
  defaultCode: 'net30',
};

export const eligibility: SimplePolicy = {
  rules: [
    { rule: 'vatNumber' },
    { rule: 'minOrders', orders: 3 },
    { rule: 'minTurnover', turnover: eur(100_000) },
  ],
  creditLimit: eur(1_000_000),
  tolerance: eur(0),
};

const dunning: DunningPolicy = {
  ...defaultDunning,
  plans: {
    demo: [
      { offset: '-PT40S', tone: 'due-soon' },
      { offset: 'PT0S', tone: 'due' },
      { offset: 'PT20S', tone: 'overdue-1' },
      { offset: 'PT40S', tone: 'overdue-2' },
    ],
  },
};

type Company = {
  id: string;
  name: string;
  email: string;
  locale: string;
  country: string;
  vatNumber?: string;
  stats: { orders: number; turnover: { amount: number; currency: string } };
};

/** Buys on terms at each start, so that mails arrive while the user watches. */
export const SAMPLE_BUYER = 'officine-bellandi';
/** Buys in `npm run demo`. */
export const DEMO_BUYER = 'hofmann-werkzeuge';
/** Is refused in `npm run demo`. */
export const REFUSED_BUYER = 'ceramiche-lunara';

export const companies: readonly Company[] = [
  {
    id: SAMPLE_BUYER,
    name: 'Officine Bellandi S.r.l.',
    email: 'contabilita@bellandi.example',
    locale: 'it',
    country: 'IT',
    vatNumber: 'IT12345670488',
    stats: { orders: 14, turnover: eur(2_850_000) },
  },
  {
    id: DEMO_BUYER,
    name: 'Hofmann Werkzeuge GmbH',
    email: 'buchhaltung@hofmann-werkzeuge.example',
    locale: 'en',
    country: 'DE',
    vatNumber: 'DE284719304',
    stats: { orders: 6, turnover: eur(940_000) },
  },
  // Has too few orders so far.
  {
    id: REFUSED_BUYER,
    name: 'Ceramiche Lunara S.n.c.',
    email: 'ordini@lunara.example',
    locale: 'it',
    country: 'IT',
    vatNumber: 'IT02719388882',
    stats: { orders: 1, turnover: eur(126_000) },
  },
  // Has a VAT number with a wrong check digit.
  {
    id: 'atelier-corvin',
    name: 'Atelier Corvin SARL',
    email: 'compta@atelier-corvin.example',
    locale: 'en',
    country: 'FR',
    vatNumber: 'FR59512847391',
    stats: { orders: 5, turnover: eur(310_000) },
  },
  // Has enough orders, but small ones.
  {
    id: 'papeleria-sotomar',
    name: 'Papelería Sotomar S.L.',
    email: 'pagos@sotomar.example',
    locale: 'en',
    country: 'ES',
    vatNumber: 'ESB74918236',
    stats: { orders: 9, turnover: eur(62_050) },
  },
  // Meets every rule; an admin suspended it.
  {
    id: 'van-rielen-bouw',
    name: 'Van Rielen Bouw B.V.',
    email: 'administratie@vanrielen.example',
    locale: 'en',
    country: 'NL',
    vatNumber: 'NL817364924B01',
    stats: { orders: 21, turnover: eur(4_400_000) },
  },
];

/**
 * Seeds the sample merchant through the public API. Data that already exists stays as it is: the user may have
 * changed it.
 */
export async function seedSampleData(admin: ApiClient): Promise<void> {
  await putIfUnset(admin, '/settings', 'settings', settings);
  await putIfUnset(admin, '/policies/terms', 'policy', terms);
  await putIfUnset(admin, '/policies/eligibility', 'policy', eligibility);
  await putIfUnset(admin, '/policies/dunning', 'policy', dunning);
  for (const { id, ...company } of companies) {
    if (await isKnown(admin, id)) continue;
    await admin('PUT', `/customers/${id}`, company);
    if (id === 'van-rielen-bouw')
      await admin('POST', `/customers/${id}/suspend`, {
        reason: 'Two invoices from last year are disputed.',
      });
  }
}

async function putIfUnset(admin: ApiClient, path: string, name: string, content: unknown): Promise<void> {
  const { version } = await admin<{ version: number }>('GET', path);
  if (version === 0) await admin('PUT', path, { baseVersion: 0, [name]: content });
}

async function isKnown(admin: ApiClient, customerId: string): Promise<boolean> {
  try {
    await admin('GET', `/customers/${customerId}`);
    return true;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return false;
    throw error;
  }
}

/**
 * Places the order of this start on 60-second terms.
 * @returns its id, or null if the orders of earlier starts have used up the sample company's credit
 */
export async function placeSampleOrder(storefront: ApiClient, now: Date): Promise<string | null> {
  const stamp = now.toISOString().replace(/\D/g, '').slice(2, 14);
  const orderId = `sample-${stamp}`;
  try {
    await storefront('POST', '/orders', {
      orderId,
      orderNumber: `S-${stamp}`,
      customerId: SAMPLE_BUYER,
      total: eur(24_400),
      termsCode: 'demo',
    });
    return orderId;
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'not-eligible') return null;
    throw error;
  }
}
