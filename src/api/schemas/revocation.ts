import { z } from 'zod';
import { customer } from './customer.ts';
import { examples, externalId, reason, shown } from './fields.ts';

const openOrders = z.enum(['keep', 'demand']).meta({
  description:
    '`keep`, the default: open orders continue as agreed. `demand`: all that is open is due today, and reservations are cancelled.',
});

export const revokeBody = z
  .strictObject({
    reason,
    openOrders: openOrders.optional(),
    revocationId: externalId.optional().meta({
      description:
        'Repeating the same request with the same id changes nothing. If left out, a demand gets an id.',
    }),
  })
  .meta({ example: { reason: 'Repeatedly paid late.', openOrders: 'demand', revocationId: 'revocation-1' } });

const progress = {
  revocationId: externalId.meta({ example: examples.revocationId }),
  state: z.enum(['waiting', 'running', 'finished']),
  orders: z.int().meta({ description: 'The orders that were open or reserved at the revocation.' }),
  demanded: z.int().meta({
    description:
      'The orders that are demanded by now; the others were closed before, or have not answered yet.',
  }),
};

export const revokedCustomer = customer
  .extend({
    revocation: z.object(progress).optional().meta({ description: 'The demand, if there is one.' }),
    warnings: z.array(z.string()).optional().meta({ description: 'For a demand: what must permit it.' }),
  })
  .meta({ id: 'RevokedCustomer' });

export const revocation = z
  .object({
    ...progress,
    customerId: externalId.meta({ example: examples.customerId }),
    openOrders,
    reason: shown.reason,
    actor: shown.actor,
    createdAt: shown.instant,
    startedAt: shown.instant.nullable(),
    finishedAt: shown.instant.nullable(),
  })
  .meta({ id: 'Revocation' });
