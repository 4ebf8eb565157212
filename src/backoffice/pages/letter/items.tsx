import type { LetterDetail } from '../../../modules/dunning/letter-views.ts';
import { letterNames } from '../letter-words.ts';
import { Table } from '../table.tsx';
import { Amount } from '../values.tsx';

/** What the letter asks for, order by order. */
export function Items({ items }: { items: readonly LetterDetail['items'][number][] }) {
  if (items.length === 0) return null;
  return (
    <section class="card flush" aria-labelledby="items">
      <h2 id="items">What it asks for</h2>
      <Table caption="What it asks for" columns={['Order', 'Tone', { number: 'Amount' }]}>
        {items.map(({ orderId, instalment, tone, asked, currency }) => (
          <tr>
            <th scope="row">
              <a href={`/admin/orders/${orderId}`}>{orderId}</a>
              {instalment > 1 && <span class="id">instalment {instalment}</span>}
            </th>
            <td data-label="Tone">{letterNames[tone]}</td>
            <td data-label="Amount" class="number">
              <Amount money={{ amount: asked, currency }} />
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
