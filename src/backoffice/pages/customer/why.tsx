import { type Money, plainMoney } from '../../../kernel/money.ts';
import type { CustomerRow } from '../../../modules/customers/tables.ts';
import type { Verdict } from '../../../modules/eligibility/rules/decide.ts';
import { amountText } from '../../amount.ts';
import { ChecksTable } from '../checks.tsx';

/** A hypothetical order: the rules' verdict, what was typed, and what was wrong with it. */
export type Question = { amount: Money; verdict: Verdict; given: string | null; problem: string | null };

/** Whether an order of a given amount would be accepted now, check by check. */
export function Why({ customer, why }: { customer: CustomerRow; why: Question }) {
  const { amount, verdict, given, problem } = why;
  return (
    <section class="card flush" aria-labelledby="why">
      <h2 id="why">Why: would an order be accepted?</h2>
      <form class="inline" method="get" action={`/admin/customers/${customer.id}`}>
        {customer.currency !== customer.usualCurrency && (
          <input type="hidden" name="currency" value={customer.currency} />
        )}
        <div class="field">
          <label for="why-amount">Order amount in {customer.currency}</label>
          <input
            id="why-amount"
            name="amount"
            inputMode="decimal"
            autocomplete="off"
            value={given ?? amountText(amount.amount, amount.currency)}
            aria-invalid={problem ? 'true' : undefined}
            aria-describedby={problem ? 'why-problem' : undefined}
          />
        </div>
        <button type="submit">Check</button>
        {problem && (
          <p class="field-problem" id="why-problem">
            {problem}
          </p>
        )}
      </form>
      <p class={verdict.eligible ? 'verdict good' : 'verdict bad'}>
        {verdict.eligible ? 'Yes' : 'No'}: an order of {plainMoney(amount)} would be{' '}
        {verdict.eligible ? 'accepted' : 'declined'} now.
      </p>
      <ChecksTable checks={verdict.checks} caption="Checks" />
    </section>
  );
}
