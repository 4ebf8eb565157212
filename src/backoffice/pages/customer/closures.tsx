import type { Closed, ClosedMonth } from '../../../modules/terms/rules/closures.ts';

/** The months and days on which nothing falls due for the customer. */
export function ClosuresFact({ closedMonths, closures }: Closed) {
  const days = closures.map(({ from, to }) => `${from} to ${to}${from.length > 5 ? '' : ', every year'}`);
  return (
    <div class="wide">
      <dt>Closed</dt>
      <dd>{[...closedMonths.map(closedWords), ...days].join('; ')}</dd>
    </div>
  );
}

/** "August: due on day 10 of the next month". */
function closedWords({ month, moveToDay }: ClosedMonth): string {
  const name = new Intl.DateTimeFormat('en', { month: 'long', timeZone: 'UTC' }).format(
    Date.UTC(2000, month - 1),
  );
  return `${name}: due on day ${moveToDay} of the next month`;
}
