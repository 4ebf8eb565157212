import type { Withholding } from '../../../modules/invoicing/rules/invoice.ts';
import type { OrderView } from '../../../modules/reports/order-views.ts';
import { Table } from '../table.tsx';
import { Amount, OnDay } from '../values.tsx';

const withheldWords = {
  split_payment: 'split payment',
  withholding: 'tax withheld',
} as const satisfies Record<Withholding, string>;

/** The invoices that cover the order. */
export function Invoices({ order }: { order: OrderView }) {
  return (
    <Table
      caption="Invoices"
      columns={['Number', 'Issued', { number: 'Of this order' }, { number: 'To pay' }]}
    >
      {order.invoices.map(({ invoiceId, number, issuedOn, documentUrl, amount, payable, withheld }) => (
        <tr>
          <th scope="row">
            {documentUrl === null ? (
              <bdi>{number}</bdi>
            ) : (
              <a href={documentUrl} rel="noreferrer">
                <bdi>{number}</bdi>
              </a>
            )}
            <span class="id">{invoiceId}</span>
          </th>
          <td data-label="Issued">
            <OnDay day={issuedOn} />
          </td>
          <td data-label="Of this order" class="number">
            <Amount money={amount} />
          </td>
          <td data-label="To pay" class="number">
            <Amount money={payable} />
            {withheld !== null && <span class="id">{withheldWords[withheld]}</span>}
          </td>
        </tr>
      ))}
    </Table>
  );
}
