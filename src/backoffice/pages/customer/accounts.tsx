import type { Money } from '../../../kernel/money.ts';
import type { Credit } from '../../../modules/eligibility/rules/credit.ts';
import { Fact } from '../fact.tsx';
import { Table } from '../table.tsx';
import { Amount } from '../values.tsx';

/** Companies with which the customer shares a limit; `limit` is null if the account's currency has none. */
export type GroupUse = { id: string; name: string; limit: Money | null; used: Money | null };

/** What the group may owe and owes, in the currency of the account that is shown. */
export function GroupFact({ group, currency }: { group: GroupUse; currency: string }) {
  return (
    <Fact name="Credit group" wide>
      <bdi>{group.name}</bdi> <span class="id">{group.id}</span>
      {group.limit && group.used ? (
        <>
          : <Amount money={group.used} /> of <Amount money={group.limit} /> used by all its companies
        </>
      ) : (
        `: no limit in ${currency}`
      )}
    </Fact>
  );
}

/** The customer's accounts in currencies other than the one that is shown. */
export function OtherAccounts({ customerId, accounts }: { customerId: string; accounts: readonly Credit[] }) {
  if (accounts.length === 0) return null;
  return (
    <section class="card flush" aria-labelledby="accounts">
      <h2 id="accounts">Accounts in other currencies</h2>
      <Table
        caption="Accounts in other currencies"
        columns={[
          'Account',
          ...['Exposure', 'Credit held', 'Limit', 'Available'].map((number) => ({ number })),
        ]}
      >
        {accounts.map(({ limit, exposure, unapplied, available }) => (
          <tr class={available.amount < 0 ? 'late' : undefined}>
            <th scope="row">
              <a href={`/admin/customers/${customerId}?currency=${limit.currency}`}>{limit.currency}</a>
            </th>
            <td data-label="Exposure" class="number">
              <Amount money={exposure} />
            </td>
            <td data-label="Credit held" class="number">
              <Amount money={unapplied} />
            </td>
            <td data-label="Limit" class="number">
              <Amount money={limit} />
            </td>
            <td data-label="Available" class="number strong">
              <Amount money={available} />
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
