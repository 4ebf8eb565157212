import type { Money } from '../../../kernel/money.ts';

/** Who the merchant is, and the conventions of the business. */
export type Settings = {
  readonly company: string;
  readonly iban: string | null;
  /** Well formed; VIES gets it as the requester, and gives consultation numbers in return. */
  readonly vatNumber: string | null;
  /** The address for customers' replies to e-mails. */
  readonly replyTo: string | null;
  /** IANA zone in which days are counted and shown. */
  readonly timeZone: string;
  /** ISO 3166-1 alpha-2; its public holidays are the merchant's. */
  readonly country: string;
  /** A region with its own holidays, by its code in the date-holidays library: "32" is Alto Adige. */
  readonly region: string | null;
  /** Whether payments can be due on a Saturday (`open`, as by Italian law), or it counts as a holiday (`closed`). */
  readonly saturdays: 'open' | 'closed';
  /** Currency of a new customer's account. */
  readonly currency: string;
  /** ISO 8601 duration; how long an unconfirmed reservation holds credit. */
  readonly reservationExpiresAfter: string;
  /**
   * If an order's write-offs together exceed the amount of its currency, a second admin must approve; in a currency
   * without an amount, always. Null: never. rules/loosening.ts reads it.
   */
  readonly writeOffApprovalOver: Money | readonly Money[] | null;
};
