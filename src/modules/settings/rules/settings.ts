import type { Money } from '../../../kernel/money.ts';

/** Who the merchant is, and the conventions of their business. */
export type Settings = {
  readonly company: string;
  readonly iban: string | null;
  /** Well formed; who asks VIES, so that it gives consultation numbers. */
  readonly vatNumber: string | null;
  /** Where a customer's answer to an e-mail goes. */
  readonly replyTo: string | null;
  /** IANA zone in which days are counted and shown. */
  readonly timeZone: string;
  /** ISO 3166-1 alpha-2; its public holidays are the merchant's. */
  readonly country: string;
  /** A region with holidays of its own, by its code in the date-holidays library: "32" is Alto Adige. */
  readonly region: string | null;
  /** Whether Saturday is a day on which something can be due, as by Italian law, or counts as a holiday. */
  readonly saturdays: 'open' | 'closed';
  /** Currency of a new customer's account. */
  readonly currency: string;
  /** ISO 8601; how long an unconfirmed reservation holds credit. */
  readonly reservationExpiresAfter: string;
  /** A write-off that brings those of its order over this waits for a second admin; null needs none. */
  readonly writeOffApprovalOver: Money | null;
};
