import { plainMoney } from '../../../kernel/money.ts';
import type { CustomerRow } from '../../../modules/customers/tables.ts';
import type { Credit } from '../../../modules/eligibility/rules/credit.ts';
import { Fact } from '../fact.tsx';
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
      <Fact name="Exposure">
        <Amount money={credit.exposure} />
      </Fact>
      <Fact name="Credit held">
        <Amount money={credit.unapplied} />
      </Fact>
      <Fact name="Limit">
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
      </Fact>
      <Fact name="Available" late={credit.available.amount < 0} strong>
        <Amount money={credit.available} />
      </Fact>
    </>
  );
}
