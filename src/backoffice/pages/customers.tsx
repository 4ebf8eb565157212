import type { CustomerRow } from '../../modules/customers/tables.ts';
import type { Privilege } from '../../modules/eligibility/rules/applicant.ts';
import type { Credit } from '../../modules/eligibility/rules/credit.ts';
import type { Visitor } from '../page.tsx';
import { PrivilegeBadge } from './badges.tsx';
import { Layout } from './layout.tsx';
import { Pages } from './list-navigation.tsx';
import { Table } from './table.tsx';
import { Amount } from './values.tsx';

/** A customer with the present privilege and credit. */
export type CustomerLine = { customer: CustomerRow; privilege: Privilege; credit: Credit };

export function CustomersPage({
  visitor,
  search,
  lines,
  after,
  next,
}: {
  visitor: Visitor;
  search: string;
  lines: readonly CustomerLine[];
  after: string | null;
  next: string | null;
}) {
  return (
    <Layout title="Customers" visitor={visitor} section="customers">
      <div class="bar">
        <h1>Customers</h1>
        <form class="search" method="get" action="/admin/customers">
          <label class="unseen" for="q">
            Customer, by name or id
          </label>
          <input id="q" name="q" type="search" placeholder="Name or id" value={search} />
          <button type="submit">Search</button>
        </form>
      </div>
      {lines.length === 0 ? (
        <p class="empty card">
          {search ? (
            <>
              No customer matches “<bdi>{search}</bdi>”. <a href="/admin/customers">All customers</a>
            </>
          ) : (
            'No customers yet: the store creates them.'
          )}
        </p>
      ) : (
        <div class="card flush">
          <Table
            caption="Customers"
            columns={[
              'Customer',
              'Terms',
              { number: 'Exposure' },
              { number: 'Credit held' },
              { number: 'Limit' },
              { number: 'Available' },
            ]}
          >
            {lines.map((line) => (
              <Row {...line} />
            ))}
          </Table>
        </div>
      )}
      <Pages
        first={after && '/admin/customers'}
        next={next && `/admin/customers?after=${encodeURIComponent(next)}`}
      />
    </Layout>
  );
}

function Row({ customer, privilege, credit }: CustomerLine) {
  return (
    <tr class={credit.available.amount < 0 ? 'late' : undefined}>
      <th scope="row">
        <a href={`/admin/customers/${customer.id}`}>
          <bdi>{customer.name}</bdi>
        </a>
        <span class="id">
          {customer.id} · {customer.country}
        </span>
      </th>
      <td data-label="Terms">
        <PrivilegeBadge privilege={privilege} />
      </td>
      <td data-label="Exposure" class="number">
        <Amount money={credit.exposure} />
      </td>
      <td data-label="Credit held" class="number">
        <Amount money={credit.unapplied} />
      </td>
      <td data-label="Limit" class="number">
        <Amount money={credit.limit} />
        <span class="id">{customer.creditLimit === null ? 'by the policy' : 'own'}</span>
      </td>
      <td data-label="Available" class="number strong">
        <Amount money={credit.available} />
      </td>
    </tr>
  );
}
