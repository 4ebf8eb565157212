import type { LedgerRow } from '../../../modules/ledger/tables.ts';
import { Amount, At, actorWords } from '../values.tsx';

const entryWords = {
  charge: 'Charge',
  payment: 'Payment',
  cancellation: 'Cancellation',
  credit_note: 'Credit note',
  refund: 'Refund',
  interest: 'Late interest',
  fee: 'Fee',
  write_off: 'Write-off',
  adjustment: 'Adjustment',
  allocation: 'Allocation',
  reversal: 'Reversal',
} as const satisfies Record<LedgerRow['kind'], string>;

/** What is booked on the order, entry by entry. */
export function Ledger({ entries, zone }: { entries: readonly LedgerRow[]; zone: string }) {
  if (entries.length === 0) return <p class="empty">Nothing is booked yet.</p>;
  return (
    <table class="stacked">
      <caption class="unseen">Ledger entries</caption>
      <thead>
        <tr>
          <th scope="col">Entry</th>
          <th scope="col">Booked</th>
          <th scope="col" class="number">
            Amount
          </th>
        </tr>
      </thead>
      <tbody>
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
      </tbody>
    </table>
  );
}
