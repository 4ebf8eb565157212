import { plainMoney } from '../../../kernel/money.ts';
import type { CustomerRow } from '../../../modules/customers/tables.ts';
import type { DisputeRow } from '../../../modules/dunning/disputes.ts';
import type { HoldRow } from '../../../modules/dunning/holds.ts';
import type { PlannedLetter } from '../../../modules/dunning/planned-letters.ts';
import type { PromiseRow } from '../../../modules/dunning/promises.ts';
import type { ReminderModeRow } from '../../../modules/dunning/reminder-modes.ts';
import { disputeReasons } from '../../../modules/dunning/rules/disputes.ts';
import { reminderModes } from '../../../modules/dunning/rules/reminder-modes.ts';
import type { OrderView } from '../../../modules/reports/order-views.ts';
import { formatInstant } from '../../format.ts';
import type { Visitor } from '../../page.tsx';
import { Action, Choice, Field, type FormState } from '../fields.tsx';
import { disputeWords, modeWords } from '../letter-words.ts';
import { Planned } from '../planned.tsx';
import { At, actorWords, OnDay } from '../values.tsx';

export type ReminderFacts = {
  readonly planned: readonly PlannedLetter[];
  /** In force. */
  readonly holds: readonly HoldRow[];
  /** Open ones. */
  readonly promises: readonly PromiseRow[];
  /** Open ones, and those that wait for their credit note. */
  readonly disputes: readonly DisputeRow[];
  readonly mode: ReminderModeRow;
  /** If a form is sent twice, these ids make it one of each. */
  readonly proposed: { readonly holdId: string; readonly promiseId: string; readonly disputeId: string };
};

type Props = {
  visitor: Visitor;
  customer: CustomerRow;
  orders: readonly OrderView[];
  reminders: ReminderFacts;
  form: FormState | null;
  zone: string;
};

/** What is planned for a customer and what it waits for, what people have said about it, and what can be done. */
export function Reminders(props: Props) {
  const { customer, reminders, zone } = props;
  const { planned, holds, promises, disputes, mode } = reminders;
  const isQuiet = holds.length + promises.length + disputes.length === 0 && mode.mode === 'automatic';
  return (
    <section aria-labelledby="reminders">
      <h2 id="reminders">Reminders</h2>
      <div class="columns">
        <div>
          {planned.length > 0 ? (
            <div class="card flush">
              <Planned groups={planned} zone={zone} />
            </div>
          ) : (
            <p class="empty card">No reminder is planned for the next 60 days.</p>
          )}
          {!isQuiet && (
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
          )}
        </div>
        <div>
          <div class="card">
            <p>
              <a href={`/admin/customers/${customer.id}/remind`}>Remind now: see the letter first</a>
            </p>
            <Forms {...props} />
          </div>
        </div>
      </div>
    </section>
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

function Forms({ visitor, customer, orders, reminders, form, zone }: Props) {
  const { holds, promises, disputes, mode, proposed } = reminders;
  const common = (id: string, path = id) => ({
    ...{ id, visitor, state: form?.action === id ? form : null },
    target: `/admin/customers/${customer.id}/${path}`,
  });
  const fields = (id: string) => ({ form: { id, state: form?.action === id ? form : null } });
  const reason = (id: string) => <Field {...fields(id)} name="reason" label="Reason" />;
  const open = orders.filter(({ status }) => status === 'open');
  return (
    <>
      <Action
        {...common('hold')}
        title="Put reminders on hold"
        note="Nothing is asked for through that day, or until the hold is released."
        button="Put on hold"
      >
        <input type="hidden" name="holdId" value={proposed.holdId} />
        <Field {...fields('hold')} name="until" label="Last day" type="date" required={false} />
        {reason('hold')}
      </Action>
      {holds.map(({ id, reason: why }) => (
        <Action
          {...common(`release-${id}`, 'release')}
          title={`Release the hold: ${why}`}
          note="What waited for it leaves at the next hour at which the customer gets letters."
          button="Release"
        >
          <input type="hidden" name="holdId" value={id} />
          {reason(`release-${id}`)}
        </Action>
      ))}
      <Action
        {...common('promise')}
        title="Note a promise to pay"
        note="Reminders wait until the promise is judged, two bank days after the day."
        button="Note the promise"
      >
        <input type="hidden" name="promiseId" value={proposed.promiseId} />
        <Field {...fields('promise')} name="by" label="To be paid by" type="date" />
        <Field
          {...fields('promise')}
          name="amount"
          label={`Amount in ${customer.currency}`}
          inputMode="decimal"
          required={false}
          hint="All that is due on that day, if left empty."
        />
        <Field {...fields('promise')} name="reason" label="Note" required={false} />
      </Action>
      {promises.map(({ id, byOn, byAt }) => (
        <Action
          {...common(`withdraw-${id}`, 'withdraw-promise')}
          title={`Withdraw the promise by ${byAt === null ? byOn : formatInstant(byAt, zone, { seconds: true })}`}
          note="Reminders go on."
          button="Withdraw"
        >
          <input type="hidden" name="promiseId" value={id} />
          {reason(`withdraw-${id}`)}
        </Action>
      ))}
      {open.length > 0 && (
        <Action
          {...common('dispute')}
          title="Note a dispute"
          note="What is disputed is not asked for until it is resolved."
          button="Note the dispute"
        >
          <input type="hidden" name="disputeId" value={proposed.disputeId} />
          <Field {...fields('dispute')} name="orderId" label="Order" value={open[0]!.orderId} />
          <Choice
            {...fields('dispute')}
            name="cause"
            label="Why"
            options={disputeReasons.map((value) => ({ value, label: disputeWords[value], hint: '' }))}
          />
          <Field
            {...fields('dispute')}
            name="amount"
            label="Disputed amount"
            inputMode="decimal"
            required={false}
            hint="All of the order, if left empty."
          />
          <Field {...fields('dispute')} name="reason" label="Note" required={false} />
        </Action>
      )}
      {disputes.map(({ id, orderId, outcome }) => (
        <Action
          {...common(`resolve-${id}`, 'resolve')}
          title={`Resolve the dispute of order ${orderId}`}
          note="This is decided once."
          button="Resolve"
        >
          <input type="hidden" name="disputeId" value={id} />
          <input type="hidden" name="orderId" value={orderId} />
          <Choice
            {...fields(`resolve-${id}`)}
            name="outcome"
            label="The customer is"
            options={[
              { value: 'upheld', label: 'Right', hint: 'It is not asked for again; a credit note follows.' },
              ...(outcome === null
                ? [
                    {
                      ...{ value: 'rejected', label: 'Wrong' },
                      hint: 'It is asked for again, with late interest as if it had never been disputed.',
                    },
                  ]
                : []),
            ]}
          />
          <Field
            {...fields(`resolve-${id}`)}
            name="creditNoteId"
            label="Id of the credit note"
            required={false}
          />
        </Action>
      ))}
      <Action
        {...common('mode')}
        title="Whether the customer is reminded"
        note={`Now: ${modeWords[mode.mode].toLowerCase()}.`}
        button="Set"
      >
        <Choice
          {...fields('mode')}
          name="mode"
          label="Reminders"
          options={reminderModes.map((value) => ({ value, label: modeWords[value], hint: '' }))}
        />
        {reason('mode')}
      </Action>
    </>
  );
}
