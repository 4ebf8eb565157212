import type { Decline } from '../../../modules/eligibility/tables.ts';
import { ChecksTable, ruleName } from '../checks.tsx';
import { Amount, At } from '../values.tsx';

/** The orders that were declined, and why. */
export function Declines({ declines, zone }: { declines: readonly Decline[]; zone: string }) {
  return (
    <section class="card" aria-labelledby="declines">
      <h2 id="declines">Declined orders</h2>
      {declines.length === 0 && <p class="note">None.</p>}
      <ol class="entries">
        {declines.map(({ orderId, total, checks, declinedAt, eligibilityVersion }) => (
          <li>
            <details>
              <summary>
                <Amount money={total} />, order {orderId}: {failed(checks)}
                <span class="id">
                  <At at={declinedAt} zone={zone} />, policy version {eligibilityVersion}
                </span>
              </summary>
              <ChecksTable checks={checks} caption={`Checks of order ${orderId}`} />
            </details>
          </li>
        ))}
      </ol>
    </section>
  );
}

const failed = (checks: Decline['checks']): string =>
  checks
    .filter(({ passed }) => !passed)
    .map(({ rule }) => ruleName(rule).toLowerCase())
    .join(', ');
