import type { CustomerRow } from '../../../modules/customers/tables.ts';
import type { UndeliverableAddressRow } from '../../../modules/customers/undeliverable-addresses.ts';
import type { PlannedLetter } from '../../../modules/dunning/planned-letters.ts';
import type { DisputeRow } from '../../../modules/dunning/reserves/disputes.ts';
import type { HoldRow } from '../../../modules/dunning/reserves/holds.ts';
import type { PromiseRow } from '../../../modules/dunning/reserves/promises.ts';
import type { ReminderModeRow } from '../../../modules/dunning/reserves/reminder-modes.ts';
import type { OrderView } from '../../../modules/reports/order-views.ts';
import type { Visitor } from '../../page.tsx';
import type { FormState } from '../fields.tsx';
import { Planned } from '../planned.tsx';
import { ReminderForms } from './reminder-forms.tsx';
import { Reserves } from './reserves.tsx';

export type ReminderFacts = {
  readonly planned: readonly PlannedLetter[];
  /** In force. */
  readonly holds: readonly HoldRow[];
  /** Open ones. */
  readonly promises: readonly PromiseRow[];
  /** Open ones, and those that wait for their credit note. */
  readonly disputes: readonly DisputeRow[];
  readonly mode: ReminderModeRow;
  /** Addresses at which nothing arrives. */
  readonly undeliverable: readonly UndeliverableAddressRow[];
  /** If a form is sent twice, these ids make it one of each. */
  readonly proposed: { readonly holdId: string; readonly promiseId: string; readonly disputeId: string };
};

/** What is planned for a customer and what it waits for, what people have said about it, and what can be done. */
export function Reminders(props: {
  visitor: Visitor;
  customer: CustomerRow;
  orders: readonly OrderView[];
  reminders: ReminderFacts;
  form: FormState | null;
  zone: string;
}) {
  const { customer, reminders, zone } = props;
  return (
    <section aria-labelledby="reminders">
      <h2 id="reminders">Reminders</h2>
      <div class="columns">
        <div>
          {reminders.planned.length > 0 ? (
            <div class="card flush">
              <Planned groups={reminders.planned} zone={zone} />
            </div>
          ) : (
            <p class="empty card">No reminder is planned for the next 60 days.</p>
          )}
          <Reserves reminders={reminders} zone={zone} />
        </div>
        <div>
          <div class="card">
            <p>
              <a href={`/admin/customers/${customer.id}/remind`}>Remind now: see the letter first</a>
            </p>
            <ReminderForms {...props} />
          </div>
        </div>
      </div>
    </section>
  );
}
