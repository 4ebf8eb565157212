import type { ClosedMonth } from '../../../modules/terms/rules/due-dates.ts';

/** The months in which nothing falls due for the customer. */
export function ClosedMonthsFact({ months }: { months: readonly ClosedMonth[] }) {
  return (
    <div class="wide">
      <dt>Closed</dt>
      <dd>{months.map(closedWords).join('; ')}</dd>
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
