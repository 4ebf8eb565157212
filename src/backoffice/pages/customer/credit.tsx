import { plainMoney } from '../../../kernel/money.ts';
import type { CustomerRow } from '../../../modules/customers/tables.ts';
import type { Credit } from '../../../modules/eligibility/rules/credit.ts';
import { Amount, At } from '../values.tsx';

/** What the customer owes and may owe, in the account that is shown. */
export function CreditFacts({
  customer,
  credit,
  raisedUntil,
  zone,
}: {
  customer: CustomerRow;
  credit: Credit;
  /** When the raise that is in force ends. */
  raisedUntil: string | null;
  zone: string;
}) {
  return (
    <>
      <div>
        <dt>Exposure</dt>
        <dd>
          <Amount money={credit.exposure} />
        </dd>
      </div>
      <div>
        <dt>Credit held</dt>
        <dd>
          <Amount money={credit.unapplied} />
        </dd>
      </div>
      <div>
        <dt>Limit</dt>
        <dd>
          <Amount money={credit.limit} />
          <span class="note">
            {' '}
            {raisedUntil !== null ? (
              <>
                raised until <At at={raisedUntil} zone={zone} />
              </>
            ) : customer.creditLimit === null ? (
              'by the policy'
            ) : (
              'own'
            )}
            {customer.tolerance !== null &&
              `, own tolerance ${plainMoney({ amount: customer.tolerance, currency: customer.currency })}`}
          </span>
        </dd>
      </div>
      <div class={credit.available.amount < 0 ? 'late' : undefined}>
        <dt>Available</dt>
        <dd class="strong">
          <Amount money={credit.available} />
        </dd>
      </div>
    </>
  );
}
