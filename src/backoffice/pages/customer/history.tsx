import { plainMoney } from '../../../kernel/money.ts';
import type { CustomerAction } from '../../../modules/audit/rules/actions.ts';
import type { AuditRecord } from '../../../modules/audit/tables.ts';
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
  'terms-request.opened': 'Payment terms requested',
  'terms-request.granted': 'The request for payment terms was granted',
  'terms-request.refused': 'The request for payment terms was refused',
  'terms-request.done': 'The request for payment terms was dealt with',
} as const satisfies Record<CustomerAction, string>;

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
              {historyWords[entry.action as CustomerAction] ?? entry.action}
              {more(entry)}
              {typeof until === 'string' && (
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
    case 'customer.revoked':
      return detail.openOrders === 'demand' ? ', with a demand for the open orders' : '';
    default:
      return '';
  }
}
