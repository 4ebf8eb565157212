import { plainMoney } from '../../../kernel/money.ts';
import type { CustomerAction } from '../../../modules/audit/rules/actions.ts';
import type { AuditRecord } from '../../../modules/audit/tables.ts';
import type { TaskKind } from '../../../modules/tasks/rules/task.ts';
import { formatDay } from '../../format.ts';
import { inSentence, taskWords } from '../task-words.ts';
import { At, actorWords } from '../values.tsx';

const historyWords = {
  'customer.granted': 'Payment terms granted',
  'customer.suspended': 'Payment terms suspended',
  'customer.revoked': 'Payment terms revoked',
  'customer.insolvency': 'Insolvency recorded',
  'customer.by_rules': 'The rules decide again',
  'customer.credit_limit': 'Credit limit changed',
  'customer.credit_raise': 'Credit limit raised for a time, or the raise ended',
  'customer.credit_adjusted': 'Credit held corrected',
  'customer.credit_group': 'Credit group changed',
  'customer.refunded': 'Credit paid out',
  'payment.received': 'A payment was received',
  'payment.reversed': 'A payment was reversed',
  'customer.terms': 'Own payment terms changed',
  'customer.reminders': 'Whether the customer is reminded was changed',
  'hold.placed': 'Reminders put on hold',
  'hold.released': 'A hold was released',
  'address.undeliverable': 'Nothing arrives at an address: it was marked',
  'address.lifted': 'The mark of an address was lifted',
  'letter.approved': 'A letter was approved',
  'letter.requested': 'A letter was asked for',
  'letter.resent': 'A letter was sent again',
  'promise.made': 'A payment was promised',
  'promise.kept': 'A promise was kept',
  'promise.broken': 'A promise was broken',
  'promise.withdrawn': 'A promise was withdrawn',
  'terms-request.opened': 'Payment terms requested',
  'terms-request.granted': 'The request for payment terms was granted',
  'terms-request.refused': 'The request for payment terms was refused',
  'terms-request.done': 'The request for payment terms was dealt with',
} as const satisfies Record<Exclude<CustomerAction, TaskAction>, string>;

/** What was done to tasks has the words of the task's kind, except for requests for terms. */
type TaskAction = Exclude<
  CustomerAction,
  `${'customer' | 'payment' | 'hold' | 'letter' | 'address' | 'promise' | 'terms-request'}.${string}`
>;

function wordsOf(action: string): string {
  const known = historyWords[action as keyof typeof historyWords];
  if (known !== undefined) return known;
  const [kind, what] = action.split('.');
  const task = taskWords[kind as TaskKind];
  if (task === undefined) return action;
  return what === 'opened' ? `Task: ${inSentence(task.title)}` : `Task closed: ${inSentence(task.title)}`;
}

/** What was changed by hand, by whom and why. */
export function History({ history, zone }: { history: readonly AuditRecord[]; zone: string }) {
  return (
    <section class="card" aria-labelledby="history">
      <h2 id="history">History</h2>
      {history.length === 0 && <p class="note">Nothing has been changed by hand yet.</p>}
      <ol class="entries">
        {history.map((entry) => {
          const until = 'until' in entry.detail ? entry.detail.until : undefined;
          return (
            <li>
              {wordsOf(entry.action)}
              {more(entry)}
              {typeof until === 'string' && entry.action !== 'hold.placed' && (
                <>
                  {' until '}
                  <At at={until} zone={zone} />
                </>
              )}
              {entry.reason !== null && <span class="reason">{entry.reason}</span>}
              <span class="id">
                <At at={entry.at} zone={zone} /> by {actorWords(entry.actor)}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function more({ action, detail }: AuditRecord): string {
  switch (action) {
    case 'customer.credit_limit': {
      const [before, after] = [detail.before, detail.after].map((limit) =>
        limit ? plainMoney(limit) : 'the policy’s',
      );
      return `: from ${before} to ${after}`;
    }
    case 'customer.credit_adjusted':
      return `: ${plainMoney(detail.amount)}`;
    case 'customer.credit_group':
      return `: from ${detail.before ?? 'none'} to ${detail.after ?? 'none'}`;
    case 'customer.reminders':
      return `: from ${detail.before} to ${detail.after}`;
    case 'hold.placed':
      return detail.until ? ` until ${formatDay(detail.until)}` : '';
    case 'promise.made':
    case 'promise.kept':
    case 'promise.broken':
    case 'promise.withdrawn':
      return `: by ${formatDay(detail.by)}`;
    case 'customer.revoked':
      return detail.openOrders === 'demand' ? ', with a demand for the open orders' : '';
    default:
      return '';
  }
}
