import { ApiProblem } from '../api-client.ts';
import { REFUSED_BUYER } from '../sample-data.ts';
import type { Check, Merchant } from './merchant.ts';
import { heading, money, say, started } from './narration.ts';

const TOTAL = { amount: 45_000, currency: 'EUR' };

/** A refused checkout: what the buyer reads, and what the merchant sees. */
export async function showDecline({ calls, admin }: Merchant): Promise<void> {
  heading(`A refusal: ${REFUSED_BUYER} wants to buy for ${money(TOTAL)} on terms`);
  const problem = await calls
    .admin('POST', '/orders', {
      orderId: `demo-${started.toString(36)}-refused`,
      customerId: REFUSED_BUYER,
      total: TOTAL,
    })
    .then(
      () => null,
      (error: unknown) =>
        error instanceof ApiProblem && error.code === 'not-eligible' ? error.problem : Promise.reject(error),
    );
  if (problem === null) return say('accepted: the rules of this merchant have been changed');
  say(`the buyer reads: “${String(problem.buyerMessage)}”`);
  for (const { rule, passed, message } of problem.checks as Check[])
    say(`${passed ? '✔' : '✖'} ${rule}: ${message}`);
  say(`no workflow was started; the refusal is recorded: ${admin}/admin/customers/${REFUSED_BUYER}`);
}
