import { type Money, plainMoney } from '../../../kernel/money.ts';
import type { AuditEntry } from '../../../modules/audit/tables.ts';
import { At, actorWords } from '../values.tsx';

const historyWords: Readonly<Record<string, string>> = {
  'customer.granted': 'Payment terms granted',
  'customer.suspended': 'Payment terms suspended',
  'customer.revoked': 'Payment terms revoked',
  'customer.insolvency': 'Insolvency noted',
  'customer.by_rules': 'The rules decide again',
  'customer.credit_limit': 'Credit limit changed',
  'customer.credit_raise': 'Credit limit raised for a time, or the raise ended',
  'customer.credit_adjusted': 'Credit held corrected',
  'customer.credit_group': 'Credit group changed',
  'customer.refunded': 'Credit paid out',
  'payment.received': 'A payment was received',
  'payment.reversed': 'A payment was taken back',
  'customer.terms': 'Own payment terms changed',
  'terms-request.opened': 'Asked for payment terms',
  'terms-request.granted': 'The wish for payment terms was granted',
  'terms-request.refused': 'The wish for payment terms was refused',
  'terms-request.done': 'The wish for payment terms was dealt with',
};

/** What was changed by hand, by whom and why. */
export function History({
  history,
  currency,
  zone,
}: {
  history: readonly Required<AuditEntry>[];
  currency: string;
  zone: string;
}) {
  return (
    <section class="card" aria-labelledby="history">
      <h2 id="history">History</h2>
      {history.length === 0 && <p class="note">Nothing was changed by hand yet.</p>}
      <ol class="entries">
        {history.map(({ at, actor, action, reason, detail }) => (
          <li>
            {historyWords[action] ?? action}
            {action === 'customer.credit_limit' && limitChange(detail, currency)}
            {detail.openOrders === 'demand' && ', the open orders demanded'}
            {action === 'customer.credit_adjusted' && `: ${plainMoney(detail.amount as Money)}`}
            {action === 'customer.credit_group' && groupChange(detail)}
            {typeof detail.until === 'string' && (
              <>
                {' until '}
                <At at={detail.until} zone={zone} />
              </>
            )}
            {reason !== null && <span class="reason">{reason}</span>}
            <span class="id">
              <At at={at} zone={zone} /> by {actorWords(actor)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

const groupChange = ({ before, after }: Record<string, unknown>): string =>
  `: from ${before ?? 'none'} to ${after ?? 'none'}`;

/** Entries of before there was an account in each currency have the limit before as a number. */
function limitChange({ before, after, currency: of }: Record<string, unknown>, usual: string): string {
  const currency = typeof of === 'string' ? of : usual;
  const inWords = (limit: unknown): string => {
    if (typeof limit === 'number') return plainMoney({ amount: limit, currency });
    return limit ? plainMoney(limit as Money) : 'the policy’s';
  };
  return `: from ${inWords(before)} to ${inWords(after)}`;
}
