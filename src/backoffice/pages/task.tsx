import type { Privilege } from '../../modules/eligibility/rules/applicant.ts';
import type { Decline } from '../../modules/eligibility/tables.ts';
import { outcomesOf, type TaskKind, type TaskOutcome } from '../../modules/tasks/rules/task.ts';
import type { TaskRow } from '../../modules/tasks/tables.ts';
import type { Visitor } from '../page.tsx';
import { PrivilegeBadge } from './badges.tsx';
import { ChecksTable } from './checks.tsx';
import { Fact } from './fact.tsx';
import { Action, Field, type FormState, formsOf, Refused } from './fields.tsx';
import { Layout } from './layout.tsx';
import { letterUrl } from './letter-words.ts';
import { detailFacts, inSentence, outcomeWords, taskWords } from './task-words.ts';
import { Amount, At, actorWords } from './values.tsx';

/** The page's forms, by the last part of their addresses. */
export const taskActions = {
  grant: 'granted',
  refuse: 'refused',
  'mark-done': 'done',
} as const satisfies Record<string, TaskOutcome>;
export type TaskAction = keyof typeof taskActions;

const doneWords = {
  granted: 'Payment terms were granted, and the task is closed.',
  refused: 'The request was refused, and the task is closed.',
  done: 'The task is closed.',
} as const satisfies Record<TaskOutcome, string>;

const actions = [
  {
    id: 'grant',
    title: 'Grant payment terms',
    note: 'The rules no longer apply to this customer; the credit limit still does.',
    button: 'Grant',
    tone: 'main',
  },
  {
    id: 'refuse',
    title: 'Refuse',
    note: 'Nothing changes for the customer, who may ask again.',
    button: 'Refuse',
    tone: 'danger',
  },
  {
    id: 'mark-done',
    title: 'Close as done',
    note: 'You have dealt with it in another way, for example with another credit limit.',
    button: 'Close the task',
    tone: 'plain',
  },
] as const;

/** The forms that fit a task. */
const actionsOf = (kind: TaskKind) =>
  actions
    .filter(({ id }) => outcomesOf(kind).includes(taskActions[id]))
    .map((action) => (kind === 'terms-request' ? action : { ...action, note: dealtWith }));

const dealtWith = 'You have dealt with it. If its cause lasts, another task may follow.';

export function TaskPage({
  visitor,
  task,
  customerName,
  privilege,
  decline,
  done,
  form,
  zone,
}: {
  visitor: Visitor;
  task: TaskRow;
  /** The customer's name, and privilege in force now; null: the task is about the merchant. */
  customerName: string | null;
  privilege: Privilege | null;
  /** The refused order that the task names, if its checks differ from the task's. */
  decline: Decline | null;
  /** This visitor has just closed it. */
  done: boolean;
  form: FormState | null;
  zone: string;
}) {
  const { id, kind, customerId, orderId, amount, currency, note, detail, openedAt, openedBy } = task;
  const { outcome, closedAt, closedBy, reason } = task;
  const { action, fields } = formsOf<TaskAction>({
    ...{ visitor, form, targetOf: (path) => `/admin/tasks/${id}/${path}` },
  });
  const { title, wrong, next } = taskWords[kind];
  const isRequest = kind === 'terms-request';
  return (
    <Layout title={`Task ${id}`} visitor={visitor} section="tasks">
      <p class="crumbs">
        <a href="/admin/tasks">Tasks</a>
      </p>
      <div class="heading">
        <h1>
          {customerName === null ? (
            title
          ) : (
            <>
              <bdi>{customerName}</bdi>: {inSentence(title)}
            </>
          )}
        </h1>
        {privilege !== null && <PrivilegeBadge privilege={privilege} />}
      </div>
      {done && outcome !== null && (
        <p class="message good" role="status">
          {doneWords[outcome]}
        </p>
      )}
      <Refused form={form} />
      <p>{wrong}</p>
      {outcome === null && <p>{next}</p>}
      <dl class="card facts">
        {customerId !== null && (
          <Fact name="Customer">
            <a href={`/admin/customers/${customerId}`}>{customerName}</a>
          </Fact>
        )}
        {(isRequest || amount !== null) && (
          <Fact name={isRequest ? 'Order amount' : 'Amount'}>
            {amount === null || currency === null ? 'not given' : <Amount money={{ amount, currency }} />}
          </Fact>
        )}
        {orderId !== null && (
          <Fact name={isRequest ? 'Refused order' : 'Order'}>
            {isRequest ? orderId : <a href={`/admin/orders/${orderId}`}>{orderId}</a>}
          </Fact>
        )}
        {detailFacts(detail).map(([label, value]) => (
          <Fact name={label}>{label === 'Letter' ? <a href={letterUrl(value)}>{value}</a> : value}</Fact>
        ))}
        <Fact name={isRequest ? 'Requested' : 'Opened'}>
          <At at={openedAt} zone={zone} /> <span class="note">by {actorWords(openedBy)}</span>
        </Fact>
        {note !== null && (
          <Fact name="Note" wide>
            {note}
          </Fact>
        )}
        {outcome !== null && closedAt !== null && (
          <Fact name="Outcome" wide>
            {outcomeWords[outcome]}: <bdi>{reason}</bdi>{' '}
            <span class="note">
              by {actorWords(closedBy ?? 'system')}, <At at={closedAt} zone={zone} />
            </span>
          </Fact>
        )}
      </dl>
      <div class="columns">
        <div>
          {isRequest && (
            <section class="card flush" aria-labelledby="checks">
              <h2 id="checks">Checks at the time of the request</h2>
              <ChecksTable checks={detail.checks ?? []} caption="Checks at the time of the request" />
            </section>
          )}
          {decline && (
            <section class="card flush" aria-labelledby="decline">
              <h2 id="decline">Why order {decline.orderId} was refused</h2>
              <ChecksTable checks={decline.checks} caption={`Checks of order ${decline.orderId}`} />
            </section>
          )}
        </div>
        {outcome === null && (
          <section class="card" aria-labelledby="actions">
            <h2 id="actions">{isRequest ? 'Decide' : 'When it is done'}</h2>
            {actionsOf(kind).map(({ id: outcomeId, ...texts }) => (
              <Action {...action(outcomeId)} {...texts}>
                <Field {...fields(outcomeId)} name="reason" label="Reason" />
              </Action>
            ))}
          </section>
        )}
      </div>
    </Layout>
  );
}
