import type { Day, Instant } from '../../../kernel/calendar.ts';
import type { Money } from '../../../kernel/money.ts';
import type { LatestVatCheck } from '../../customers/rules/vat-check.ts';

/**
 * `by_rules`: the policy decides. The others are an admin's decision, which overrides the rules. `insolvency` also
 * stops reminders, the allocation of payments, and interest.
 */
export type Privilege = 'by_rules' | 'granted' | 'suspended' | 'revoked' | 'insolvency';

/** What third parties say about a customer, and the last day on which it is valid. */
export type ExternalFacts = {
  readonly creditScore?: { readonly value: number; readonly validUntil: Day };
  readonly insuredLimit?: { readonly amount: Money; readonly validUntil: Day };
};

/** What Netterms itself has seen of a customer, in all accounts. */
export type Seen = {
  /** Reserved and open orders. */
  readonly openOrders: number;
  /** What is past due now, by the number of calendar days that it is late. */
  readonly overdue: readonly (Money & { readonly daysLate: number })[];
  /** Open and settled orders placed in the last `withinDays` days; their turnover in each currency. */
  readonly placed: readonly {
    readonly withinDays: number;
    readonly orders: number;
    readonly turnover: readonly Money[];
  }[];
  /**
   * Instalments that fell due in the last `withinDays` days, and the sum of the days by which they were or are late.
   */
  readonly late: readonly {
    readonly withinDays: number;
    readonly instalments: number;
    readonly daysLate: number;
  }[];
  /** What VIES said about the customer’s current VAT number; null if it was never asked. */
  readonly vatCheck: LatestVatCheck | null;
};

/** What a group of companies may owe together, and what it owes, less unapplied credit; in minor units. */
export type GroupCredit = { readonly name: string; readonly limit: number; readonly used: number };

/** What is known about a customer at the moment of a decision; money in minor units of `currency`. */
export type Applicant = {
  readonly id: string;
  /** The merchant's time zone, and the day of the decision in it. */
  readonly zone: string;
  readonly today: Day;
  readonly merchantCountry: string;
  readonly country: string;
  readonly vatNumber: string | null;
  readonly groups: readonly string[];
  /** Since when the store has known the customer, as the store says. */
  readonly since: Day | null;
  /** When Netterms first heard of the customer. */
  readonly knownSince: Instant;
  readonly pastOrders: number;
  readonly turnover: Money | null;
  readonly external: ExternalFacts;
  /** In force at that moment: a suspension that has ended does not count. */
  readonly privilege: Privilege;
  /** When the suspension ends; null if it has no end, or there is no suspension. */
  readonly suspendedUntil: string | null;
  /** The codes of the customer's own terms; null: the policy's. */
  readonly ownTerms: readonly string[] | null;
  /** The currency of the customer's account. */
  readonly currency: string;
  /** The customer's own limit; null: the policy's. */
  readonly creditLimit: number | null;
  /** How far their orders may exceed the limit; null: the policy's. */
  readonly tolerance: number | null;
  /** A temporary raise that is in force; it never lowers a limit. */
  readonly raisedLimit: number | null;
  readonly exposure: number;
  readonly unapplied: number;
  /** The group with which the customer shares a limit; null without a group, or without a limit in this currency. */
  readonly group: GroupCredit | null;
  /** Null if no rule needs it. */
  readonly seen: Seen | null;
};

/** A requested order; the amount in minor units. */
export type RequestedOrder = Money & {
  /** The categories of its products, as the store names them. */
  readonly categories?: readonly string[];
  readonly termsCode?: string;
};
