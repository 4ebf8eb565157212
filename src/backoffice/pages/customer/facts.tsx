import type { ComponentChildren } from 'preact';
import { plainMoney } from '../../../kernel/money.ts';
import type { CustomerRow } from '../../../modules/customers/tables.ts';
import { Fact } from '../fact.tsx';
import { At } from '../values.tsx';

/** The contacts that Netterms uses; others are the store's own. */
const contactWords: Readonly<Record<string, string>> = {
  billing: 'Contact for letters',
  dunning: 'Contact for reminders',
  pec: 'Certified e-mail (PEC)',
};

/** The facts that the store has sent about the customer. */
export function Facts({ customer, zone }: { customer: CustomerRow; zone: string }) {
  const { accountManager } = customer;
  const turnover = customer.turnoverCurrency
    ? plainMoney({ amount: customer.turnover, currency: customer.turnoverCurrency })
    : 'unknown';
  const facts: readonly [string, ComponentChildren][] = [
    ['Customer id', customer.id],
    ['E-mail', customer.email],
    ['Country', customer.country],
    ['Language', customer.locale],
    ['VAT number', customer.vatNumber ?? 'none'],
    ['Groups', customer.groups.join(', ') || 'none'],
    ['Past orders', `${customer.pastOrders}`],
    ['Turnover', turnover],
    ['Customer since', customer.since ?? 'unknown'],
    [
      'Account manager',
      accountManager ? (
        <>
          <bdi>{accountManager.name}</bdi>, {accountManager.email}
        </>
      ) : (
        'none'
      ),
    ],
    ...Object.entries(customer.contacts).map(([role, contact]): [string, string] => [
      contactWords[role] ?? `Contact: ${role}`,
      contact,
    ]),
  ];
  return (
    <section class="card" aria-labelledby="facts">
      <h2 id="facts">What the store says</h2>
      <dl class="list">
        {facts.map(([name, value]) => (
          <Fact name={name}>{value}</Fact>
        ))}
      </dl>
      <p class="note">
        Last updated <At at={customer.updatedAt} zone={zone} />
      </p>
    </section>
  );
}
