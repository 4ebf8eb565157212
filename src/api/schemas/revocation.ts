import { z } from 'zod';
import { customer } from './customer.ts';
import { examples, externalId, reason, shown } from './fields.ts';

const openOrders = z.enum(['keep', 'demand']).meta({
  description:
    '`keep`, the default: they go on as they were agreed. `demand`: all that is open of them is due today, and reservations are cancelled.',
});

export const revokeBody = z
  .strictObject({
    reason,
    openOrders: openOrders.optional(),
    revocationId: externalId.optional().meta({
      description: 'A repeat of the same request changes nothing; a demand without one is given one.',
    }),
  })
  .meta({ example: { reason: 'Repeatedly paid late.', openOrders: 'demand', revocationId: 'revocation-1' } });

const progress = {
  revocationId: externalId.meta({ example: examples.revocationId }),
  state: z.enum(['waiting', 'running', 'finished']),
  orders: z.int().meta({ description: 'That were open or reserved at the revocation.' }),
  demanded: z.int().meta({
    description: 'Of them, those that are demanded by now; the others were closed first, or are still asked.',
  }),
};

export const revokedCustomer = customer
  .extend({
    revocation: z.object(progress).optional().meta({ description: 'Of a demand.' }),
    warnings: z.array(z.string()).optional().meta({ description: 'Of a demand: what must allow it.' }),
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
