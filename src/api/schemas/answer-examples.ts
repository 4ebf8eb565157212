import { examples } from './fields.ts';

const eur = (amount: number) => ({ amount, currency: examples.currency });
const { instant } = examples;

/** The order that the example of `POST /v1/orders` places, as the API returns it: open, nothing paid yet. */
export const placedOrder = {
  orderId: examples.orderId,
  customerId: examples.customerId,
  status: 'open' as const,
  orderNumber: examples.orderNumber,
  purchaseOrder: 'PO-7781',
  buyer: { name: 'Jonas Hofmann' },
  metadata: { channel: 'web' },
  terms: { code: examples.termsCode, label: 'Net 30 days', kind: 'net' as const, days: 30 },
  total: eur(122_000),
  outstanding: eur(122_000),
  overdue: false,
  daysLate: 0,
  instalments: [
    {
      number: 1,
      dueOn: '2026-02-14',
      dueAt: '2026-02-14T23:00:00.000Z',
      provisional: false,
      collection: 'transfer' as const,
      amount: eur(122_000),
      outstanding: eur(122_000),
      charges: eur(0),
    },
  ],
  discount: null,
  invoices: [],
  regime: null,
  fulfilment: { amount: eur(0), complete: false, completedOn: null },
  nextStep: { key: '1/-P7D', kind: 'remind' as const, at: '2026-02-06T09:30:00.000Z', waitsFor: null },
  paidInStore: true,
  storeStatus: 'marked' as const,
  placedAt: instant,
  expiresAt: null,
  confirmedAt: instant,
  closedAt: null,
  closeReason: null,
  stuckSince: null,
  policyVersions: { eligibility: 1, terms: 1, dunning: 1 },
  workflowId: `order/${examples.orderId}/1`,
};

/** The command by which the example records payment in full. */
export const appliedPayment = {
  commandId: examples.commandId,
  orderId: examples.orderId,
  kind: 'recordPayment' as const,
  actor: examples.actor,
  reason: null,
  createdAt: instant,
  outcome: 'applied' as const,
  refusal: null,
  decidedAt: instant,
};

/** The order once that payment is applied. */
export const paidOrder = {
  ...placedOrder,
  status: 'settled' as const,
  outstanding: eur(0),
  instalments: placedOrder.instalments.map((instalment) => ({ ...instalment, outstanding: eur(0) })),
  nextStep: null,
  closedAt: instant,
  command: appliedPayment,
};

/** A customer who may buy on terms, as a key that may read everything sees it. */
export const eligibleCustomer = {
  eligible: true,
  buyerMessage: 'You can pay for this order on account.',
  mayAskForTerms: false,
  offers: [
    {
      termsCode: examples.termsCode,
      label: 'Net 30 days',
      instalments: [{ dueOn: '2026-02-14', amount: eur(122_000), collection: 'transfer' as const }],
    },
  ],
  checks: [{ rule: 'minOrders', passed: true, actual: '6', required: '3', message: '6 orders so far.' }],
  credit: { limit: eur(1_000_000), exposure: eur(0), unapplied: eur(0), available: eur(1_000_000) },
};
