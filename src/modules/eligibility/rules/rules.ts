import { assertNever } from '../../../kernel/errors.ts';
import type { Applicant, RequestedOrder } from './applicant.ts';
import type { Check, Finding } from './check.ts';
import {
  type CustomerRule,
  checkAccountAge,
  checkCountry,
  checkCreditScore,
  checkCustomers,
  checkGroups,
} from './customer-rules.ts';
import {
  checkAverageDaysLate,
  checkDaysPastDue,
  checkMinOrders,
  checkMinTurnover,
  checkOpenOrders,
  type HistoryRule,
  type Needs,
} from './history-rules.ts';
import {
  checkCategories,
  checkInsuredLimit,
  checkMaxAmount,
  checkMinAmount,
  type OrderRule,
} from './order-rules.ts';
import { checkVat } from './vat-rule.ts';

/** A condition that can be checked before the order is known. */
export type Condition = CustomerRule | HistoryRule;
export type Rule = Condition | OrderRule;

/** Checks one rule. `applicant.seen` must contain what `needsOf` names. */
export function checkRule(rule: Rule, applicant: Applicant, asked: RequestedOrder): Check {
  return { rule: rule.rule, ...(isOfOrder(rule) ? ofOrder(rule, applicant, asked) : ask(rule, applicant)) };
}

/** Whether the customer meets a condition. */
export const meets = (applicant: Applicant, condition: Condition): boolean =>
  ask(condition, applicant).passed;

const orderRules: readonly string[] = [
  'minAmount',
  'maxAmount',
  'categories',
  'insuredLimit',
] satisfies OrderRule['rule'][];

/** Whether the rule is about the order, so that it cannot choose a rule set. */
export const isOfOrder = (rule: Rule): rule is OrderRule => orderRules.includes(rule.rule);

function ask(rule: Condition, applicant: Applicant): Finding {
  switch (rule.rule) {
    case 'vatNumber':
      return checkVat(rule, applicant);
    case 'groups':
      return checkGroups(rule.anyOf, applicant);
    case 'customers':
      return checkCustomers(rule.anyOf, applicant);
    case 'country':
      return checkCountry(rule.anyOf, applicant);
    case 'accountAge':
      return checkAccountAge(rule.days, applicant);
    case 'creditScore':
      return checkCreditScore(rule.min, applicant);
    case 'minOrders':
      return checkMinOrders(rule, applicant);
    case 'minTurnover':
      return checkMinTurnover(rule, applicant);
    case 'maxDaysPastDue':
      return checkDaysPastDue(rule, applicant);
    case 'maxAverageDaysLate':
      return checkAverageDaysLate(rule, applicant);
    case 'maxOpenOrders':
      return checkOpenOrders(rule.orders, applicant);
    default:
      return assertNever(rule);
  }
}

function ofOrder(rule: OrderRule, applicant: Applicant, asked: RequestedOrder): Finding {
  switch (rule.rule) {
    case 'minAmount':
      return checkMinAmount(rule.amount, asked);
    case 'maxAmount':
      return checkMaxAmount(rule.amount, asked);
    case 'categories':
      return checkCategories(rule, asked);
    case 'insuredLimit':
      return checkInsuredLimit(applicant, asked);
    default:
      return assertNever(rule);
  }
}

/** What these rules need from the database; null if nothing. */
export function needsOf(rules: readonly Rule[]): Needs | null {
  const has = (name: Rule['rule']): boolean => rules.some(({ rule }) => rule === name);
  const periods = (...names: Rule['rule'][]): number[] => [
    ...new Set(
      rules.flatMap((rule) =>
        names.includes(rule.rule) && 'withinDays' in rule && rule.withinDays ? [rule.withinDays] : [],
      ),
    ),
  ];
  const needs: Needs = {
    openOrders: has('maxOpenOrders'),
    overdue: has('maxDaysPastDue'),
    placedWithin: periods('minOrders', 'minTurnover'),
    lateWithin: periods('maxAverageDaysLate'),
    vatCheck: rules.some((rule) => rule.rule === 'vatNumber' && rule.register === 'required'),
  };
  const some =
    needs.openOrders ||
    needs.overdue ||
    needs.placedWithin.length > 0 ||
    needs.lateWithin.length > 0 ||
    needs.vatCheck;
  return some ? needs : null;
}
