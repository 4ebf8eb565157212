import { plainMoney } from '../../../kernel/money.ts';
import type { DisputeRow } from '../../../modules/dunning/disputes.ts';
import type { HoldRow } from '../../../modules/dunning/holds.ts';
import type { PromiseRow } from '../../../modules/dunning/promises.ts';
import { disputeWords, modeWords } from '../letter-words.ts';
import { At, actorWords, OnDay } from '../values.tsx';
import type { ReminderFacts } from './reminders.tsx';

/** What people have said about the customer that keeps reminders back; nothing, if they have said nothing. */
export function Reserves({ reminders, zone }: { reminders: ReminderFacts; zone: string }) {
  const { holds, promises, disputes, mode } = reminders;
  if (holds.length + promises.length + disputes.length === 0 && mode.mode === 'automatic') return null;
  return (
    <ul class="card entries">
      {mode.mode !== 'automatic' && (
        <li>
          {modeWords[mode.mode]}
          <span class="reason">{mode.reason}</span>
        </li>
      )}
      {holds.map((hold) => (
        <Hold hold={hold} zone={zone} />
      ))}
      {promises.map((promise) => (
        <PaymentPromise promise={promise} zone={zone} />
      ))}
      {disputes.map((dispute) => (
        <Dispute dispute={dispute} zone={zone} />
      ))}
    </ul>
  );
}

const aboutOrders = (orderIds: readonly string[] | null): string =>
  orderIds === null ? '' : `, orders ${orderIds.join(', ')}`;

const Hold = ({ hold, zone }: { hold: HoldRow; zone: string }) => (
  <li>
    On hold{' '}
    {hold.until === null ? (
      'until it is released'
    ) : (
      <>
        through <OnDay day={hold.until} />
      </>
    )}
    {aboutOrders(hold.orderIds)}
    <span class="reason">{hold.reason}</span>
    <span class="id">
      <At at={hold.placedAt} zone={zone} /> by {actorWords(hold.placedBy)}
    </span>
  </li>
);

const PaymentPromise = ({ promise, zone }: { promise: PromiseRow; zone: string }) => (
  <li>
    {promise.covers.map(plainMoney).join(', ')} promised by <OnDay day={promise.byOn} />
    {aboutOrders(promise.orderIds)}
    {promise.note !== null && <span class="reason">{promise.note}</span>}
    <span class="id">
      <At at={promise.madeAt} zone={zone} /> by {actorWords(promise.madeBy)}
    </span>
  </li>
);

const Dispute = ({ dispute, zone }: { dispute: DisputeRow; zone: string }) => (
  <li>
    {dispute.amount === null ? 'All' : plainMoney({ amount: dispute.amount, currency: dispute.currency })} of
    order <a href={`/admin/orders/${dispute.orderId}`}>{dispute.orderId}</a>{' '}
    {dispute.outcome === 'upheld' ? 'was disputed rightly; its credit note is missing' : 'is disputed'}:{' '}
    {disputeWords[dispute.reason]}
    {dispute.note !== null && <span class="reason">{dispute.note}</span>}
    <span class="id">
      <At at={dispute.openedAt} zone={zone} /> by {actorWords(dispute.openedBy)}
    </span>
  </li>
);
