import type { Closed, ClosedMonth } from '../../../modules/terms/rules/closures.ts';
import { Fact } from '../fact.tsx';

/** The months and days on which nothing falls due for the customer. */
export function ClosuresFact({ closedMonths, closures }: Closed) {
  const days = closures.map(({ from, to }) => `${from} to ${to}${from.length > 5 ? '' : ', every year'}`);
  return (
    <Fact name="Closed" wide>
      {[...closedMonths.map(closedWords), ...days].join('; ')}
    </Fact>
  );
}

/** "August: due on day 10 of the next month". */
function closedWords({ month, moveToDay }: ClosedMonth): string {
  const name = new Intl.DateTimeFormat('en', { month: 'long', timeZone: 'UTC' }).format(
    Date.UTC(2000, month - 1),
  );
  return `${name}: due on day ${moveToDay} of the next month`;
}
