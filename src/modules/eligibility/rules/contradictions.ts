import type { FieldError } from '../../../kernel/errors.ts';
import type { Money } from '../../../kernel/money.ts';
import type { DunningPolicy } from '../../dunning/rules/dunning.ts';
import type { TermsPolicy } from '../../terms/rules/terms.ts';
import type { EligibilityPolicy, RuleSet, SimplePolicy } from './policy.ts';
import type { Rule } from './rules.ts';

/** The places of an eligibility policy that contradict each other or can never take effect; pointers from its root. */
export function contradictionsOf(policy: EligibilityPolicy): FieldError[] {
  if (!('sets' in policy)) return ofRules(policy, '', policy.rules);
  return policy.sets.flatMap((set, index) => [
    ...ofOrder(set, index, policy.sets),
    ...ofRules(set, `/sets/${index}`, [...set.when, ...set.rules]),
  ]);
}

function ofOrder(set: RuleSet, index: number, sets: readonly RuleSet[]): FieldError[] {
  const at = `/sets/${index}`;
  const before = sets.slice(0, index);
  const namesake = before.some(({ name }) => name === set.name);
  const wider = before.find(({ when }) => when.every((condition) => has(set.when, condition)));
  return [
    ...(namesake
      ? [{ pointer: `${at}/name`, detail: 'An earlier set has this name: give this one another name.' }]
      : []),
    ...(wider
      ? [
          {
            pointer: at,
            detail: `Never reached: the set “${wider.name}” decides on all of these customers. Move this set before it, or change its conditions.`,
          },
        ]
      : []),
  ];
}

const has = (conditions: readonly Rule[], condition: Rule): boolean =>
  conditions.some((one) => JSON.stringify(one) === JSON.stringify(condition));

function ofRules(grant: SimplePolicy, at: string, all: readonly Rule[]): FieldError[] {
  const { rules, creditLimit } = grant;
  const wrong = (index: number, detail: string): FieldError => ({ pointer: `${at}/rules/${index}`, detail });
  return rules.flatMap((rule, index) => [
    ...amountsOf(rule)
      .filter(({ currency }) => currency !== creditLimit.currency)
      .map(({ currency }) =>
        wrong(
          index,
          `The amount is in ${currency}, but the credit limit is in ${creditLimit.currency}: use one currency.`,
        ),
      ),
    ...all
      .filter((other) => other !== rule && exclude(rule, other))
      .map((other) =>
        wrong(
          index,
          `No order can pass both this rule and ${JSON.stringify(other).slice(0, 200)}: change one of them.`,
        ),
      ),
  ]);
}

/** The amounts that an order or a balance is compared with. */
function amountsOf(rule: Rule): Money[] {
  if (rule.rule === 'minAmount' || rule.rule === 'maxAmount') return [rule.amount];
  if (rule.rule === 'maxDaysPastDue' && rule.tolerance) return [rule.tolerance];
  return [];
}

/** Whether two rules can never pass together; if a maximum is below a minimum, only the maximum is reported. */
function exclude(rule: Rule, other: Rule): boolean {
  if (rule.rule === 'maxAmount' && other.rule === 'minAmount')
    return rule.amount.currency === other.amount.currency && rule.amount.amount < other.amount.amount;
  if (
    (rule.rule === 'country' && other.rule === 'country') ||
    (rule.rule === 'customers' && other.rule === 'customers')
  )
    return !rule.anyOf.some((one) => other.anyOf.includes(one));
  if (rule.rule === 'categories' && other.rule === 'categories' && 'onlyOf' in rule) {
    const allowed = 'noneOf' in other ? other.noneOf : null;
    return allowed
      ? rule.onlyOf.every((category) => allowed.includes(category))
      : 'onlyOf' in other && !rule.onlyOf.some((category) => other.onlyOf.includes(category));
  }
  return false;
}

type Documents = { eligibility: EligibilityPolicy; terms: TermsPolicy; dunning: DunningPolicy };

/**
 * What the rule sets name and the other policies do not have, worded for the author of a change to a document of that
 * kind; pointers from the root of the document that is changed.
 */
export function unknownReferences(
  kind: keyof Documents,
  { eligibility, terms, dunning }: Documents,
): FieldError[] {
  const sets = 'sets' in eligibility ? eligibility.sets : [];
  const missingTerms = sets.flatMap((set, index) =>
    (set.terms ?? []).flatMap((code, place) =>
      terms.terms.some((known) => known.code === code) ? [] : [{ set, index, place, code }],
    ),
  );
  const missingPlans = sets.flatMap((set, index) =>
    set.dunning === undefined || Object.hasOwn(dunning.plans, set.dunning)
      ? []
      : [{ set, index, plan: set.dunning }],
  );
  const ofTerms = missingTerms.map(({ set, index, place, code }) =>
    kind === 'eligibility'
      ? {
          pointer: `/sets/${index}/terms/${place}`,
          detail: `The terms policy has no terms ${code}: add them there first.`,
        }
      : {
          pointer: '/terms',
          detail: `The rule set “${set.name}” of the eligibility policy offers the terms ${code}: change the rule set first.`,
        },
  );
  const ofPlans = missingPlans.map(({ set, index, plan }) =>
    kind === 'eligibility'
      ? {
          pointer: `/sets/${index}/dunning`,
          detail: `The dunning policy has no plan ${plan}: add it there first.`,
        }
      : {
          pointer: '/plans',
          detail: `The rule set “${set.name}” of the eligibility policy names the plan ${plan}: change the rule set first.`,
        },
  );
  return [...(kind === 'dunning' ? [] : ofTerms), ...(kind === 'terms' ? [] : ofPlans)];
}
