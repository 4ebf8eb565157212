import { plainMoney } from '../../../kernel/money.ts';
import type { UndeliverableAddressRow } from '../../../modules/customers/undeliverable-addresses.ts';
import type { DisputeRow } from '../../../modules/dunning/reserves/disputes.ts';
import type { HoldRow } from '../../../modules/dunning/reserves/holds.ts';
import type { PromiseRow } from '../../../modules/dunning/reserves/promises.ts';
import { disputeWords, modeWords } from '../letter-words.ts';
import { At, actorWords, OnDay } from '../values.tsx';
import type { ReminderFacts } from './reminders.tsx';

/** What keeps reminders of the customer back: what people have said, and addresses; nothing, if there is nothing. */
export function Reserves({ reminders, zone }: { reminders: ReminderFacts; zone: string }) {
  const { holds, promises, disputes, mode, undeliverable } = reminders;
  const count = undeliverable.length + holds.length + promises.length + disputes.length;
  if (count === 0 && mode.mode === 'automatic') return null;
  return (
    <ul class="card entries">
      {mode.mode !== 'automatic' && (
        <li>
          {modeWords[mode.mode]}
          <span class="reason">{mode.reason}</span>
        </li>
      )}
      {undeliverable.map((address) => (
        <Undeliverable address={address} zone={zone} />
      ))}
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

const causeWords = {
  refused: 'the mail server refuses it',
  bounced: 'mails bounce',
  complained: 'its owner called a mail spam',
} as const satisfies Record<UndeliverableAddressRow['cause'], string>;

const Undeliverable = ({ address: row, zone }: { address: UndeliverableAddressRow; zone: string }) => (
  <li>
    No letter is sent to <bdi>{row.address}</bdi>: {causeWords[row.cause]}
    {row.detail !== null && <span class="reason">{row.detail}</span>}
    <span class="id">
      Since <At at={row.since} zone={zone} />
    </span>
  </li>
);

const PaymentPromise = ({ promise, zone }: { promise: PromiseRow; zone: string }) => (
  <li>
    {promise.covers.map(plainMoney).join(', ')} promised by{' '}
    {promise.byAt === null ? <OnDay day={promise.byOn} /> : <At at={promise.byAt} zone={zone} seconds />}
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
