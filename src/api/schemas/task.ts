import { z } from 'zod';
import { taskKinds, taskOutcomes, taskStates } from '../../modules/tasks/rules/task.ts';
import { check } from './eligibility.ts';
import { externalId, line, money, positiveMoney, reason, shown } from './fields.ts';

const note = line(1_000);

export const newTermsRequest = z
  .strictObject({
    orderId: externalId.optional().meta({ description: 'The order that was refused.' }),
    amount: positiveMoney
      .optional()
      .meta({ description: 'The amount of the requested order; if not given, that of the refused order.' }),
    note: note.optional().meta({ description: 'A message from the buyer.' }),
  })
  .meta({
    id: 'NewTermsRequest',
    example: {
      orderId: 'order-1002',
      amount: { amount: 122_000, currency: 'EUR' },
      note: 'We would like to pay within 30 days.',
    },
  });

export const taskKind = z.enum(taskKinds).meta({
  description:
    '`terms-request`: a refused customer asks for terms. `letter-failed`, `letter-unknown`: a letter did not arrive, ' +
    'or may not have. `promise-broken`; `dispute-open`: not answered for 15 days; `credit-note-missing`: a dispute ' +
    'was upheld. `not-invoiced`, `not-delivered`: reminders wait for it. `not-presented`: a planned bank collection. ' +
    '`credit-held`: money that is not allocated covers what is overdue. `bank-data-old`: of the merchant. `decide`: ' +
    'the schedule has ended, and money is overdue. `approve-letter`. `address-undeliverable`: nothing arrives there.',
  example: 'terms-request',
});
export const taskState = z.enum(taskStates);

/** What a task of another kind than `terms-request` says of its cause. */
const taskDetail = z
  .object({
    letterId: z.string(),
    mailId: z.string(),
    recipients: z.array(z.string()).readonly().meta({ description: 'The addresses of the letter.' }),
    error: z.string().meta({ description: 'What the mail server answered.' }),
    tone: z.string(),
    promiseId: z.string(),
    by: shown.day.meta({ description: 'The day that was promised.' }),
    disputeId: z.string(),
    cause: z.string().meta({ description: 'Why the customer disputes the order.' }),
    instalment: z.int(),
    dueOn: shown.day,
    since: shown.day.meta({ description: 'Overdue, disputed or upheld since that day.' }),
    iban: z.string().meta({ description: 'The merchant’s account.' }),
    bookedThrough: shown.day.meta({ description: 'The last day for which statements were imported.' }),
  })
  .partial()
  .meta({
    id: 'TaskDetail',
    description: 'As it was when the task was opened; each kind has some of it. Fields may be added.',
    example: { instalment: 1, dueOn: '2027-04-30' },
  });

export const task = z
  .object({
    taskId: z.int(),
    kind: taskKind,
    state: taskState,
    customerId: shown.customerId.nullable().meta({ description: 'null: it is about the merchant.' }),
    orderId: shown.orderId
      .nullable()
      .meta({ description: 'The order that it is about; one that a request for terms named may not exist.' }),
    amount: money.nullable(),
    note: z.string().meta({ example: 'We would like to pay within 30 days.' }).nullable(),
    checks: z.array(check).meta({
      description: 'Of a `terms-request`, as they were when it was opened; empty for other kinds.',
    }),
    detail: taskDetail,
    openedAt: shown.instant,
    openedBy: shown.actor,
    outcome: z.enum(taskOutcomes).nullable().meta({ description: 'null while it is open.' }),
    closedAt: shown.instant.nullable(),
    closedBy: shown.actor.nullable(),
    reason: shown.reason.nullable(),
  })
  .meta({ id: 'Task' });
export type TaskView = z.infer<typeof task>;

export const taskClosing = z
  .strictObject({
    outcome: z.enum(taskOutcomes).meta({
      description:
        '`granted`, `refused`: of a `terms-request` alone; the customer gets payment terms, or not. `done`: dealt with in another way.',
    }),
    reason,
  })
  .meta({ example: { outcome: 'granted', reason: 'The annual accounts are sound.' } });
