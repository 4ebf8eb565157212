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

export const taskKind = z.enum(taskKinds);
export const taskState = z.enum(taskStates);

export const task = z
  .object({
    taskId: z.int(),
    kind: taskKind,
    state: taskState,
    customerId: shown.customerId,
    orderId: shown.orderId
      .nullable()
      .meta({ description: 'The id that the request named; a refused order does not exist.' }),
    amount: money.nullable(),
    note: z.string().meta({ example: 'We would like to pay within 30 days.' }).nullable(),
    checks: z.array(check).meta({ description: 'As they were when the task was opened.' }),
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
      description: '`granted`: the customer gets payment terms; `done`: dealt with in another way.',
    }),
    reason,
  })
  .meta({ example: { outcome: 'granted', reason: 'The annual accounts are sound.' } });
