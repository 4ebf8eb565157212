import { NettermsError } from '../../kernel/errors.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import type { Settings } from '../settings/rules/settings.ts';
import { activePolicies } from '../settings/tables.ts';
import { checkVatNumber } from './rules/vat.ts';
import { isInVies } from './rules/vat-check.ts';
import { unknownCustomer } from './tables.ts';
import { keepVatCheck, presentVatNumber, type VatCheckRow } from './vat-checks.ts';
import type { VatRegister } from './vat-register.ts';

/**
 * Asks the EU's register about a customer's current VAT number, outside any transaction, and stores its answer, or that
 * it could not be asked. Each call asks again.
 * @throws NettermsError `customer-not-found`; `vat-number-missing`, `vat-number-malformed` or
 *   `vat-number-not-in-register`, before the register is asked
 */
export async function checkCustomer(
  { sql, vatRegister }: { sql: Sql; vatRegister: VatRegister },
  customerId: string,
  { actor, now }: { actor: string; now: string },
): Promise<VatCheckRow> {
  const [customer, { settings }] = await Promise.all([
    presentVatNumber(sql, customerId),
    activePolicies(sql),
  ]);
  const { vatNumber, country, vatKey } = customer ?? unknownCustomer(customerId);
  if (vatNumber === null || vatKey === null)
    throw new NettermsError(
      'vat-number-missing',
      `Customer ${customerId} has no VAT number: set it with PUT /v1/customers/${customerId} first.`,
    );
  const { valid, normalised, detail } = checkVatNumber(vatNumber, country);
  if (!valid) throw new NettermsError('vat-number-malformed', `The VAT number ${normalised} is ${detail}.`);
  if (!isInVies(normalised))
    throw new NettermsError(
      'vat-number-not-in-register',
      `VIES, the EU's register, has no VAT numbers of ${detail}: ${normalised} cannot be checked there.`,
    );
  const requester = requesterOf(settings.body);
  const answer = await vatRegister.check(normalised, requester);
  const check: VatCheckRow = {
    register: 'vies',
    vatNumber: vatKey,
    ...answer,
    requester,
    checkedAt: now,
    actor,
  };
  await keepVatCheck(sql, customerId, check);
  return check;
}

/** The merchant's own VAT number in VIES's format; null if it is not set or not in VIES. */
function requesterOf({ vatNumber, country }: Settings): string | null {
  if (vatNumber === null) return null;
  const { normalised } = checkVatNumber(vatNumber, country);
  return isInVies(normalised) ? normalised : null;
}
