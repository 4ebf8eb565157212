import type { Instant } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import type { Undeliverable } from '../customers/rules/contacts.ts';
import type { CustomerRow } from '../customers/tables.ts';
import type { ActivePolicies } from '../settings/tables.ts';
import type { MailContent, MailKind, MailOutcome, MailRow } from './tables.ts';

/** What holds while a mail is composed: the customer is locked, the policies are read after that. */
export type Composing = {
  readonly customer: CustomerRow;
  readonly policies: ActivePolicies;
  /** The customer's addresses at which nothing arrives: the sender sends nothing to them. */
  readonly undeliverable: Undeliverable;
  readonly now: Instant;
};

/**
 * A kind of mail. The module whose business it is defines it, and src/registry.ts lists it. All functions are called
 * under the customer's lock.
 */
export type MailDefinition = {
  /** The content by what holds now; or why the mail is not wanted any more, or not yet. */
  compose(tx: Tx, mail: MailRow, given: Composing): Promise<MailContent | NotNow>;
  /**
   * Whether a mail whose outcome was never known still says what is so: only then may its bytes be sent again. If not
   * given, it does.
   */
  stillHolds?(tx: Tx, mail: MailRow, given: Composing): Promise<boolean>;
  /** What follows from the outcome, in the same transaction. */
  conclude?(tx: Tx, mail: MailRow, outcome: MailOutcome, given: Composing): Promise<void>;
};
export type MailDefinitions = Readonly<Record<MailKind, MailDefinition>>;

/**
 * `withdraw`: the mail will never be sent. `hold`: it waits for a person. `later`: it may leave from that instant on.
 * `incomplete`: what it is to say is still being booked; it is asked again in a few seconds.
 */
export type NotNow =
  | { readonly withdraw: string }
  | { readonly hold: string }
  | { readonly later: Instant }
  | { readonly incomplete: string };
