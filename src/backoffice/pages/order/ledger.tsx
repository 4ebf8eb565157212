import type { EntryKind } from '../../../modules/ledger/rules/entry.ts';
import type { LedgerRow } from '../../../modules/ledger/tables.ts';
import { Table } from '../table.tsx';
import { Amount, At, actorWords } from '../values.tsx';

const entryWords = {
  charge: 'Charge',
  amendment: 'New total',
  payment: 'Payment',
  allocation: 'Allocation',
  credit_note: 'Credit note',
  refund: 'Refund',
  cancellation: 'Cancellation',
  early_payment_discount: 'Early-payment discount',
  tolerance: 'Rest within the tolerance',
  rounding: 'Rounding',
  bank_fee: 'Bank fee',
  withholding: 'Withholding',
  split_payment: 'Split payment',
  interest: 'Late interest',
  compensation: 'Compensation',
  return_fee: 'Fee for a returned payment',
  waiver: 'Waiver',
  write_off: 'Write-off',
  plan_move: 'Instalment plan',
  credit_adjustment: 'Adjustment of credit',
  reversal: 'Reversal',
} as const satisfies Record<EntryKind, string>;

/** What is booked on the order, entry by entry. */
export function Ledger({ entries, zone }: { entries: readonly LedgerRow[]; zone: string }) {
  if (entries.length === 0) return <p class="empty">Nothing has been booked yet.</p>;
  return (
    <Table caption="Ledger entries" columns={['Entry', 'Booked', { number: 'Amount' }]}>
      {entries.map(({ kind, account, instalment, amount, currency, paymentId, actor, bookedAt }) => (
        <tr>
          <th scope="row">
            {entryWords[kind]}
            <span class="id">
              {account === 'unapplied' ? 'customer’s credit' : `instalment ${instalment}`}
            </span>
            {paymentId !== null && <span class="id">{paymentId}</span>}
          </th>
          <td data-label="Booked">
            <At at={bookedAt} zone={zone} />
            <span class="id">by {actorWords(actor)}</span>
          </td>
          <td data-label="Amount" class="number">
            <Amount money={{ amount, currency }} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
