import type { OrderView } from '../../../modules/reports/order-views.ts';
import { Table } from '../table.tsx';
import { Amount, collectionWords, Due } from '../values.tsx';

/** The instalments: when they are due, how they are paid, and what is unpaid. */
export function Instalments({ order, zone }: { order: OrderView; zone: string }) {
  return (
    <Table caption="Instalments" columns={['No.', 'Due', { number: 'Amount' }, { number: 'Unpaid' }]}>
      {order.instalments.map((line) => (
        <tr>
          <th scope="row">{line.number}</th>
          <td data-label="Due">
            <Due order={order} line={line} zone={zone} />
            <span class="id">by {collectionWords[line.collection]}</span>
          </td>
          <td data-label="Amount" class="number">
            <Amount money={line.amount} />
          </td>
          <td data-label="Unpaid" class="number">
            <Amount money={line.outstanding} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
