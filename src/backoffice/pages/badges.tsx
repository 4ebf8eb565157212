import type { VatOutcome } from '../../modules/customers/rules/vat-check.ts';
import type { Privilege } from '../../modules/eligibility/rules/applicant.ts';
import type { OrderStatus } from '../../modules/orders/rules/order-state.ts';
import type { OrderView, StoreStatus } from '../../modules/reports/order-views.ts';

type Tone = 'good' | 'info' | 'warn' | 'bad' | 'calm';

const Badge = ({ tone, children }: { tone: Tone; children: string }) => (
  <span class={`badge ${tone}`}>{children}</span>
);

export const statusWords = {
  reserved: 'Reserved',
  open: 'Open',
  settled: 'Settled',
  cancelled: 'Cancelled',
  written_off: 'Written off',
} as const satisfies Record<OrderStatus, string>;

const statusTones = {
  reserved: 'calm',
  open: 'info',
  settled: 'good',
  cancelled: 'calm',
  written_off: 'calm',
} as const satisfies Record<OrderStatus, Tone>;

const storeBadges = {
  marked: null,
  pending: ['calm', 'Notifying the store'],
  problem: ['warn', 'Store not reached'],
  failed: ['bad', 'Store: decision needed'],
  chased: ['warn', 'Not paid in store'],
} as const satisfies Record<StoreStatus, readonly [Tone, string] | null>;

/** An order at a glance: its status, lateness, the store, and whether it is stuck. */
export function OrderBadges({ order }: { order: OrderView }) {
  const store = order.status === 'open' ? storeBadges[order.storeStatus] : null;
  return (
    <span class="badges">
      <Badge tone={statusTones[order.status]}>{statusWords[order.status]}</Badge>
      {order.overdue && <Badge tone="bad">Overdue</Badge>}
      {store && <Badge tone={store[0]}>{store[1]}</Badge>}
      {order.stuckSince !== null && <Badge tone="bad">Stuck</Badge>}
    </span>
  );
}

export const privilegeWords = {
  by_rules: 'By the rules',
  granted: 'Granted',
  suspended: 'Suspended',
  revoked: 'Revoked',
  insolvency: 'Insolvent',
} as const satisfies Record<Privilege, string>;

const privilegeTones = {
  by_rules: 'calm',
  granted: 'good',
  suspended: 'warn',
  revoked: 'bad',
  insolvency: 'bad',
} as const satisfies Record<Privilege, Tone>;

export const PrivilegeBadge = ({ privilege }: { privilege: Privilege }) => (
  <Badge tone={privilegeTones[privilege]}>{privilegeWords[privilege]}</Badge>
);

const vatBadges = {
  valid: ['good', 'Valid'],
  invalid: ['bad', 'Not valid'],
  'could-not-be-checked': ['warn', 'Could not be checked'],
} as const satisfies Record<VatOutcome, readonly [Tone, string]>;

export function VatBadge({ outcome }: { outcome: VatOutcome }) {
  const [tone, words] = vatBadges[outcome];
  return <Badge tone={tone}>{words}</Badge>;
}

export const PassedBadge = ({ passed }: { passed: boolean }) => (
  <Badge tone={passed ? 'good' : 'bad'}>{passed ? 'Passed' : 'Not passed'}</Badge>
);
