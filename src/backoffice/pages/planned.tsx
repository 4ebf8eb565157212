import type { PlannedLetter } from '../../modules/dunning/planned-letters.ts';
import { letterNames, letterUrl, reasonInWords } from './letter-words.ts';
import { Table } from './table.tsx';
import { Amount, At } from './values.tsx';

/** What will leave, in order of time, and what it waits for. */
export function Planned({
  groups,
  zone,
  withCustomer = false,
}: {
  groups: readonly PlannedLetter[];
  zone: string;
  withCustomer?: boolean;
}) {
  return (
    <Table caption="Planned letters" columns={['When', withCustomer && 'Customer', 'Reminders']}>
      {groups.map(({ customerId, customerName, at, letterId, steps }) => (
        <tr>
          <th scope="row">
            {letterId !== null ? (
              <a href={letterUrl(letterId)}>In a letter</a>
            ) : at === null ? (
              'When that ends'
            ) : (
              <At at={at} zone={zone} />
            )}
          </th>
          {withCustomer && (
            <td data-label="Customer">
              <a href={`/admin/customers/${customerId}`}>{customerName}</a>
            </td>
          )}
          <td data-label="Reminders">
            {steps.map(({ orderId, instalment, tone, waitsFor, outstanding }) => (
              <div>
                {letterNames[tone]}{' '}
                <span class="note">
                  order <a href={`/admin/orders/${orderId}`}>{orderId}</a>
                  {instalment > 1 && `, instalment ${instalment}`}, <Amount money={outstanding} />
                </span>
                {waitsFor !== null && <span class="id">Waits: {reasonInWords(waitsFor)}</span>}
              </div>
            ))}
          </td>
        </tr>
      ))}
    </Table>
  );
}
