import type { Day, Instant } from '../../../kernel/calendar.ts';
import type { Money } from '../../../kernel/money.ts';
import type { LatestVatCheck } from '../../customers/rules/vat-check.ts';

/**
 * `by_rules`: the policy decides. The others are an admin's word, which stands above the rules. `insolvency` stops
 * reminders, the allocation of payments and interest as well.
 */
export type Privilege = 'by_rules' | 'granted' | 'suspended' | 'revoked' | 'insolvency';

/** What somebody else says of a customer, and the last day on which it may be relied upon. */
export type ExternalFacts = {
  readonly creditScore?: { readonly value: number; readonly validUntil: Day };
  readonly insuredLimit?: { readonly amount: Money; readonly validUntil: Day };
};

/** What Netterms itself has seen of a customer, over all accounts. */
export type Seen = {
  /** Reserved and open orders. */
  readonly openOrders: number;
  /** What is past due now, by the calendar days that it is late. */
  readonly overdue: readonly (Money & { readonly daysLate: number })[];
  /** Open and settled orders placed in the last so many days; their turnover in each currency. */
  readonly placed: readonly {
    readonly withinDays: number;
    readonly orders: number;
    readonly turnover: readonly Money[];
  }[];
  /** Instalments that fell due in the last so many days, and by how many days they were or are late in sum. */
  readonly late: readonly {
    readonly withinDays: number;
    readonly instalments: number;
    readonly daysLate: number;
  }[];
  /** What VIES said of the customer’s present VAT number; null if it was never asked. */
  readonly vatCheck: LatestVatCheck | null;
};

/** What a group of companies may owe together and does, unapplied credit deducted; in minor units. */
export type GroupCredit = { readonly name: string; readonly limit: number; readonly used: number };

/** What is known of a customer at the moment of a decision; money in minor units of `currency`. */
export type Applicant = {
  readonly id: string;
  /** The merchant's time zone, and the day of the decision in it. */
  readonly zone: string;
  readonly today: Day;
  readonly merchantCountry: string;
  readonly country: string;
  readonly vatNumber: string | null;
  readonly groups: readonly string[];
  /** Since when the store knows the customer, by its own word. */
  readonly since: Day | null;
  /** When Netterms first heard of the customer. */
  readonly knownSince: Instant;
  readonly pastOrders: number;
  readonly turnover: Money | null;
  readonly external: ExternalFacts;
  /** In force at that moment: a suspension that has ended is none. */
  readonly privilege: Privilege;
  /** When the suspension ends; null if it has no end, or there is none. */
  readonly suspendedUntil: string | null;
  /** The codes of the customer's own terms; null takes the policy's. */
  readonly ownTerms: readonly string[] | null;
  /** The currency of the customer's account. */
  readonly currency: string;
  /** The customer's own limit; null takes the policy's. */
  readonly creditLimit: number | null;
  /** How far over the limit an order of theirs may reach; null takes the policy's. */
  readonly tolerance: number | null;
  /** A temporary raise that is in force; it never lowers a limit. */
  readonly raisedLimit: number | null;
  readonly exposure: number;
  readonly unapplied: number;
  /** The companies with which the customer shares a limit; null if none, or none in this currency. */
  readonly group: GroupCredit | null;
  /** Null where no rule asks for it. */
  readonly seen: Seen | null;
};

/** An order that is asked for; the amount in minor units. */
export type AskedOrder = Money & {
  /** The categories of its products, as the store names them. */
  readonly categories?: readonly string[];
  readonly termsCode?: string;
};
