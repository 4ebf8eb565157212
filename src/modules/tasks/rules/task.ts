/** What can wait for a person's decision. `terms-request`: a refused customer asks an admin for payment terms. */
export const taskKinds = ['terms-request'] as const;
export type TaskKind = (typeof taskKinds)[number];

export const taskStates = ['open', 'done'] as const;
export type TaskState = (typeof taskStates)[number];

/** What became of a task. `granted` grants what was asked for; `done`: dealt with in another way. */
export const taskOutcomes = ['granted', 'refused', 'done'] as const;
export type TaskOutcome = (typeof taskOutcomes)[number];
