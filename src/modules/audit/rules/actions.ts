import type { Day, Instant } from '../../../kernel/calendar.ts';
import type { Money } from '../../../kernel/money.ts';
import type { KindAbout } from '../../approvals/rules/kinds.ts';
import type { BankCollectionState } from '../../bank-collections/rules/bank-collection.ts';
import type { Privilege } from '../../eligibility/rules/applicant.ts';
import type { OrderCommandKind } from '../../orders/rules/order-state.ts';
import type { MerchantTaskKind, OutcomeOf, TaskKind } from '../../tasks/rules/task.ts';

type Change<Value> = { readonly before: Value | null; readonly after: Value | null };
type None = Readonly<Record<string, never>>;
type ApprovalDetails<Area extends 'order' | 'policy' | 'bank-account'> = {
  [Action in `${Area}.${KindAbout<Area>}.requested`]: {
    readonly approvalId: string;
    readonly amount?: Money;
  };
} & {
  [Action in `${Area}.${KindAbout<Area>}.${'approved' | 'rejected'}`]: { readonly approvalId: string };
};

/** What can be done to an order, a customer and so on, and the details that are kept for people to read. */
type OrderDetails = {
  [Kind in `order.${OrderCommandKind}`]: Readonly<Record<string, unknown>>;
} & {
  [Kind in `order.${OrderCommandKind}.refused`]: { readonly refusal: string };
} & {
  'order.settled': None;
  'order.cancelled': None;
  'order.written_off': None;
  'order.reopened': { readonly episode: number };
  'order.resumed': { readonly episode: number };
  'order.store_failed': None;
  'order.numbered': Change<string>;
  'order.reminders': Change<string>;
  'dispute.opened': { readonly disputeId: string; readonly cause: string; readonly amount?: Money };
  'dispute.upheld': { readonly disputeId: string; readonly creditNoteId?: string };
  'dispute.credited': { readonly disputeId: string; readonly creditNoteId: string };
  'dispute.rejected': { readonly disputeId: string };
} & ApprovalDetails<'order'> & {
    [State in `collection.${BankCollectionState}`]: {
      readonly instalment: number;
      readonly method: string;
      readonly on: Day;
    };
  };

type CustomerDetails = {
  [Kind in `customer.${Privilege}`]: {
    readonly before: Privilege;
    readonly until?: Instant;
    readonly openOrders?: string;
    readonly revocationId?: string;
  };
} & {
  'customer.terms': Change<readonly string[]>;
  'customer.credit_limit': Change<Money> & { readonly currency: string; readonly tolerance?: Change<Money> };
  'customer.credit_raise': Change<{ readonly limit: Money; readonly until: Instant }> & {
    readonly currency: string;
  };
  'customer.credit_adjusted': { readonly adjustmentId: string; readonly amount: Money };
  'customer.credit_group': Change<string>;
  'customer.refunded': { readonly refundId: string; readonly amount: Money };
  'payment.received': { readonly paymentId: string; readonly amount: Money };
  'customer.reminders': Change<string>;
  'hold.placed': { readonly holdId: string; readonly until?: Day; readonly orderIds?: readonly string[] };
  'hold.released': { readonly holdId: string };
  'address.undeliverable': { readonly cause: string };
  'address.lifted': None;
  'letter.approved': { readonly letterId: string };
  'letter.requested': {
    readonly letterId: string;
    readonly kind: string;
    readonly ignoring?: readonly string[];
  };
  'letter.resent': { readonly letterId: string; readonly copyId: string };
  'promise.made': {
    readonly promiseId: string;
    readonly by: Day;
    readonly amount?: Money;
    readonly orderIds?: readonly string[];
  };
  'promise.kept': { readonly promiseId: string; readonly by: Day };
  'promise.broken': { readonly promiseId: string; readonly by: Day };
  'promise.withdrawn': { readonly promiseId: string; readonly by: Day };
} & {
  [Action in TaskAction<Exclude<TaskKind, MerchantTaskKind>>]: TaskDetails;
};

/** What can be done to a task of this kind. */
type TaskAction<Kind extends TaskKind> = { [K in Kind]: `${K}.${'opened' | OutcomeOf<K>}` }[Kind];
type TaskDetails = { readonly taskId: number; readonly orderId?: string };

type OtherDetails = {
  'payment.reversed': { readonly paymentId: string };
  'invoice.registered': { readonly number: string; readonly issuedOn: Day };
  'invoice.corrected': Change<object>;
  'credit_group.changed': Change<object>;
  'policy.replaced': {
    readonly version: number;
    readonly approvalId?: string;
    readonly requestedBy?: string;
  };
  'api_key.created': {
    readonly name: string;
    readonly scopes: readonly string[];
    readonly expiresAt: Instant | null;
  };
  'api_key.revoked': { readonly name: string };
  'user.link_created': None;
  'user.signed_in': None;
  'user.signed_out': None;
  'user.access_ended': { readonly sessions: number; readonly links: number };
  'bank_line.ignored': None;
  'bank_line.restored': None;
  'bank_line.divided': { collections: number };
  'receipts.entered': Change<Day>;
  'import.customers': Readonly<Record<string, number>>;
  'import.payments': Readonly<Record<string, number>>;
  'bank_account.set_up': { readonly holder: string };
  'bank_account.withdrawn': { readonly versions: number };
  'bank_account.mapping': Change<object>;
  'customer.bank_account': Change<string>;
} & { [Action in TaskAction<MerchantTaskKind>]: TaskDetails } & ApprovalDetails<'policy'> &
  ApprovalDetails<'bank-account'>;

type Details = OrderDetails & CustomerDetails & OtherDetails;
export type AuditAction = keyof Details & string;
/** What is kept of an action in addition to its reason. */
export type AuditDetail<Action extends AuditAction> = Details[Action];

type OtherSubjects = {
  'payment.reversed': `order/${string}` | `customer/${string}`;
  'invoice.registered': `invoice/${string}`;
  'invoice.corrected': `invoice/${string}`;
  'credit_group.changed': `credit-group/${string}`;
  'policy.replaced': `policy/${string}`;
  'api_key.created': `api-key/${string}`;
  'api_key.revoked': `api-key/${string}`;
  'user.link_created': `user/${string}`;
  'user.signed_in': `user/${string}`;
  'user.signed_out': `user/${string}`;
  'user.access_ended': `user/${string}`;
  'bank_line.ignored': `bank-line/${string}`;
  'bank_line.restored': `bank-line/${string}`;
  'bank_line.divided': `bank-line/${string}`;
  'receipts.entered': 'receipts/entered';
  'import.customers': `import/${string}`;
  'import.payments': `import/${string}`;
  'bank_account.set_up': `bank-account/${string}`;
  'bank_account.withdrawn': `bank-account/${string}`;
  'bank_account.mapping': `bank-account/${string}`;
  'customer.bank_account': `customer/${string}`;
} & Record<TaskAction<MerchantTaskKind>, `task/${string}`> &
  Record<keyof ApprovalDetails<'policy'>, `policy/${string}`> &
  Record<keyof ApprovalDetails<'bank-account'>, `bank-account/${string}`>;
/** What an action is done to: "customer/acme", "order/1042". */
export type AuditSubject<Action extends AuditAction> = Action extends keyof OtherSubjects
  ? OtherSubjects[Action]
  : Action extends keyof OrderDetails
    ? `order/${string}`
    : `customer/${string}`;

/** The actions that a customer's history shows. */
export type CustomerAction = (keyof CustomerDetails & string) | 'payment.reversed';
