import { plainMoney } from '../../../kernel/money.ts';
import type { CustomerRow } from '../../../modules/customers/tables.ts';
import { disputeReasons } from '../../../modules/dunning/rules/disputes.ts';
import { reminderModes } from '../../../modules/dunning/rules/reminder-modes.ts';
import type { OrderView } from '../../../modules/reports/order-views.ts';
import { formatInstant } from '../../format.ts';
import type { Visitor } from '../../page.tsx';
import { Choice, Choices } from '../choices.tsx';
import { Action, Field, type FormState, formsOf } from '../fields.tsx';
import { disputeWords, modeWords } from '../letter-words.ts';
import type { ReminderFacts } from './reminders.tsx';

/** What each group of forms needs. */
type Props = {
  customer: CustomerRow;
  /** The customer's open orders. */
  open: readonly OrderView[];
  reminders: ReminderFacts;
  forms: ReturnType<typeof formsOf<string>>;
  zone: string;
};

/** What a visitor may say on which reminders depend: a hold, a promise, a dispute, an address, and the mode. */
export function ReminderForms({
  visitor,
  customer,
  orders,
  reminders,
  form,
  zone,
}: Pick<Props, 'customer' | 'reminders' | 'zone'> & {
  visitor: Visitor;
  orders: readonly OrderView[];
  form: FormState | null;
}) {
  const props = {
    ...{ customer, reminders, zone, open: orders.filter(({ status }) => status === 'open') },
    forms: formsOf({ visitor, form, targetOf: (path) => `/admin/customers/${customer.id}/${path}` }),
  };
  return (
    <>
      <HoldForms {...props} />
      <AddressForms {...props} />
      <PromiseForms {...props} />
      <DisputeForms {...props} />
      <ModeForm {...props} />
    </>
  );
}

/** Which of the open orders something is about; nothing, if none is open. */
const AboutOrders = ({ id, open, forms }: { id: string } & Pick<Props, 'open' | 'forms'>) =>
  open.length === 0 ? null : (
    <Choices
      {...forms.fields(id)}
      name="orderIds"
      label="Orders"
      hint="All of them, those placed later included, if none is chosen."
      options={open.map(({ orderId, orderNumber, outstanding }) => ({
        ...{ value: orderId, label: `${orderNumber ?? orderId}: ${plainMoney(outstanding)}` },
      }))}
    />
  );

const ReasonFor = ({ id, forms }: { id: string } & Pick<Props, 'forms'>) => (
  <Field {...forms.fields(id)} name="reason" label="Reason" />
);

function HoldForms({ open, reminders: { holds, proposed }, forms }: Props) {
  return (
    <>
      <Action
        {...forms.action('hold')}
        title="Put reminders on hold"
        note="Nothing is asked for through that day, or until the hold is released."
        button="Put on hold"
      >
        <input type="hidden" name="holdId" value={proposed.holdId} />
        <AboutOrders id="hold" open={open} forms={forms} />
        <Field {...forms.fields('hold')} name="until" label="Last day" type="date" required={false} />
        <ReasonFor id="hold" forms={forms} />
      </Action>
      {holds.map(({ id, reason }) => (
        <Action
          {...forms.action(`release-${id}`, 'release')}
          title={`Release the hold: ${reason}`}
          note="What waited for it leaves at the next hour at which the customer gets letters."
          button="Release"
        >
          <input type="hidden" name="holdId" value={id} />
          <ReasonFor id={`release-${id}`} forms={forms} />
        </Action>
      ))}
    </>
  );
}

const AddressForms = ({ reminders: { undeliverable }, forms }: Props) =>
  undeliverable.map(({ address }) => (
    <Action
      {...forms.action(`lift-${address}`, 'lift')}
      title={`Send letters to ${address} again`}
      note="Letters that waited for it leave at the next hour at which the customer gets letters."
      button="Send again"
    >
      <input type="hidden" name="address" value={address} />
      <ReasonFor id={`lift-${address}`} forms={forms} />
    </Action>
  ));

function PromiseForms({ customer, open, reminders: { promises, proposed }, forms, zone }: Props) {
  const fields = forms.fields('promise');
  return (
    <>
      <Action
        {...forms.action('promise')}
        title="Note a promise to pay"
        note="Reminders wait until the promise is judged, two bank days after the day."
        button="Note the promise"
      >
        <input type="hidden" name="promiseId" value={proposed.promiseId} />
        <AboutOrders id="promise" open={open} forms={forms} />
        <Field {...fields} name="by" label="To be paid by" type="date" />
        <Field
          {...fields}
          name="amount"
          label={`Amount in ${customer.currency}`}
          inputMode="decimal"
          required={false}
          hint="All that is due on that day, if left empty."
        />
        <Field {...fields} name="reason" label="Note" required={false} />
      </Action>
      {promises.map(({ id, byOn, byAt }) => (
        <Action
          {...forms.action(`withdraw-${id}`, 'withdraw-promise')}
          title={`Withdraw the promise by ${byAt === null ? byOn : formatInstant(byAt, zone, { seconds: true })}`}
          note="Reminders go on."
          button="Withdraw"
        >
          <input type="hidden" name="promiseId" value={id} />
          <ReasonFor id={`withdraw-${id}`} forms={forms} />
        </Action>
      ))}
    </>
  );
}

function DisputeForms({ open, reminders: { disputes, proposed }, forms }: Props) {
  const fields = forms.fields('dispute');
  return (
    <>
      {open.length > 0 && (
        <Action
          {...forms.action('dispute')}
          title="Note a dispute"
          note="What is disputed is not asked for until it is resolved."
          button="Note the dispute"
        >
          <input type="hidden" name="disputeId" value={proposed.disputeId} />
          <Field {...fields} name="orderId" label="Order" value={open[0]!.orderId} />
          <Choice
            {...fields}
            name="cause"
            label="Why"
            options={disputeReasons.map((value) => ({ value, label: disputeWords[value] }))}
          />
          <Field
            {...fields}
            name="amount"
            label="Disputed amount"
            inputMode="decimal"
            required={false}
            hint="All of the order, if left empty."
          />
          <Field {...fields} name="reason" label="Note" required={false} />
        </Action>
      )}
      {disputes.map(({ id, orderId, outcome }) => (
        <Action
          {...forms.action(`resolve-${id}`, 'resolve')}
          title={`Resolve the dispute of order ${orderId}`}
          note="This is decided once."
          button="Resolve"
        >
          <input type="hidden" name="disputeId" value={id} />
          <input type="hidden" name="orderId" value={orderId} />
          <Choice
            {...forms.fields(`resolve-${id}`)}
            name="outcome"
            label="The customer is"
            options={outcome === null ? [right, wrong] : [right]}
          />
          <Field
            {...forms.fields(`resolve-${id}`)}
            name="creditNoteId"
            label="Id of the credit note"
            required={false}
          />
        </Action>
      ))}
    </>
  );
}

const right = {
  value: 'upheld',
  label: 'Right',
  hint: 'It is not asked for again; a credit note follows.',
};
const wrong = {
  value: 'rejected',
  label: 'Wrong',
  hint: 'It is asked for again, with late interest as if it had never been disputed.',
};

const ModeForm = ({ reminders: { mode }, forms }: Props) => (
  <Action
    {...forms.action('mode')}
    title="Whether the customer is reminded"
    note={`Now: ${modeWords[mode.mode].toLowerCase()}.`}
    button="Set"
  >
    <Choice
      {...forms.fields('mode')}
      name="mode"
      label="Reminders"
      options={reminderModes.map((value) => ({ value, label: modeWords[value] }))}
    />
    <ReasonFor id="mode" forms={forms} />
  </Action>
);
