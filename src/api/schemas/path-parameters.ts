import type { z } from 'zod';
import { examples, externalId, letterId } from './fields.ts';

/** A path parameter, with an example from the sample data or from another call's example. */
const named = (description: string, example: string) => externalId.meta({ description, example });

const parameters: Readonly<Record<string, z.ZodType<string>>> = {
  customerId: named('The customer’s id, which the store chose.', examples.customerId),
  orderId: named('The order’s id, which the store chose.', examples.orderId),
  paymentId: named('The payment’s id, chosen by whoever recorded it.', examples.paymentId),
  invoiceId: named('The invoice’s id, chosen by whoever registers it.', examples.invoiceId),
  groupId: named('The credit group’s id, chosen by whoever creates it.', examples.groupId),
  instalment: named('The number of the instalment; the first is 1.', '1'),
  version: named('The number of the version; 0 is the built-in one.', '0'),
  taskId: named('The task’s number, as listed by `listTasks`.', '1'),
  importId: named(
    'The import’s id: the `Idempotency-Key` of the file, or the id in the answer.',
    examples.importId,
  ),
  bankLineId: named('The bank line’s id, as listed by `listBankLines`.', examples.bankLineId),
  iban: named('The IBAN of your own account, in capitals without spaces.', 'IT60X0542811101000000123456'),
  commandId: named('The command’s id, from the answer to the call that sent it.', examples.commandId),
  approvalId: named('The approval’s id, from the answer to the call that waits for it.', examples.approvalId),
  holdId: named('The hold’s id, chosen by whoever placed it.', examples.holdId),
  promiseId: named('The promise’s id, chosen by whoever noted it.', examples.promiseId),
  letterId: letterId.meta({
    ...{ description: 'The letter’s id, as listed by `listLetters`.', example: examples.letterId },
  }),
  disputeId: named('The dispute’s id, chosen by whoever opened it.', examples.disputeId),
  revocationId: named('The revocation’s id, chosen by whoever revoked the terms.', examples.revocationId),
};

/** The parameter of a path by its name. Throws if it is not described here. */
export function pathParameter(name: string): z.ZodType<string> {
  const found = parameters[name];
  if (!found) throw new Error(`describe the path parameter {${name}} in path-parameters.ts`);
  return found;
}
