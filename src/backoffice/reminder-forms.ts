import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { dayAt } from '../kernel/calendar.ts';
import type { Commands } from '../modules/commands/commands.ts';
import type { CustomerCommand } from '../modules/commands/definition.ts';
import { findCustomer, unknownCustomer } from '../modules/customers/tables.ts';
import { liftAddress } from '../modules/dunning/lift-address.ts';
import { makePromise } from '../modules/dunning/reserves/make-promise.ts';
import { openDispute } from '../modules/dunning/reserves/open-dispute.ts';
import { placeHold } from '../modules/dunning/reserves/place-hold.ts';
import { releaseHold } from '../modules/dunning/reserves/release-hold.ts';
import { resolveDispute } from '../modules/dunning/reserves/resolve-dispute.ts';
import { setReminders } from '../modules/dunning/reserves/set-reminders.ts';
import { withdrawPromise } from '../modules/dunning/reserves/withdraw-promise.ts';
import { disputeOutcomes, disputeReasons } from '../modules/dunning/rules/disputes.ts';
import { reminderModes } from '../modules/dunning/rules/reminder-modes.ts';
import { getOrder } from '../modules/orders/tables.ts';
import { merchantZone } from '../modules/settings/tables.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { customerIdOf } from './customer-id.ts';
import { type Failure, refusalOf } from './failure.ts';
import {
  amountField,
  chosenIds,
  givenOf,
  idField,
  optionalDayToCome,
  optionalLine,
  readForm,
  reasonField,
} from './forms.ts';
import { actorOf } from './page.tsx';
import type { Done } from './pages/customer.tsx';

/** What a form has read, and which command of the customer it asks for. */
type Asking<Value, Body> = {
  form: string;
  schema: z.ZodType<Value>;
  definition: CustomerCommand<Body>;
  done: Done;
  bodyOf: (value: Value) => Body | Promise<Body>;
};

/** The forms of a customer's page on which reminders depend: a hold, a promise, a dispute, an address, the mode. */
export function reminderFormRoutes({
  sql,
  commands,
  now,
  done,
  refuse,
}: {
  sql: Sql;
  commands: Commands;
  now: () => string;
  done: (req: Request, res: Response, what: Done) => void;
  refuse: (req: Request, res: Response, action: string, failure: Failure) => Promise<void>;
}): Router {
  const router = Router();
  const at = (path: string) => `/customers/:customerId/${path}`;
  const today = async () => dayAt(now(), await merchantZone(sql));
  const usualCurrency = async (req: Request): Promise<string> => {
    const id = customerIdOf(req);
    return ((await findCustomer(sql, id)) ?? unknownCustomer(id)).currency;
  };

  /** Reads a form, asks the customer, and shows the customer again. */
  async function ask<Value extends object & { reason?: string | null }, Body>(
    req: Request,
    res: Response,
    { form: id, schema, definition, done: what, bodyOf }: Asking<Value, Body>,
  ): Promise<void> {
    const form = readForm(schema, req.body);
    if (!form.ok) return refuse(req, res, id, form);
    try {
      const body = await bodyOf(form.value);
      const by = { actor: actorOf(res), reason: form.value.reason ?? null, idempotencyKey: null, now: now() };
      await commands.askCustomer(definition, { body, content: body, ...by });
    } catch (error) {
      return refuse(req, res, id, refusalOf(error, req.body));
    }
    done(req, res, what);
  }

  router.post(at('hold'), async (req, res) =>
    ask(req, res, {
      ...{ form: 'hold', definition: placeHold, done: 'hold' },
      schema: z.object({
        ...{ holdId: idField, orderIds: chosenIds, reason: reasonField },
        until: optionalDayToCome(await today()),
      }),
      bodyOf: ({ reason: _, ...given }) => ({ customerId: customerIdOf(req), ...given }),
    }),
  );
  router.post(at('release'), (req, res) =>
    ask(req, res, {
      ...{ form: `release-${givenOf(req.body).holdId}`, definition: releaseHold, done: 'release' },
      schema: z.object({ holdId: idField, reason: reasonField }),
      bodyOf: ({ holdId }) => ({ customerId: customerIdOf(req), holdId }),
    }),
  );
  router.post(at('lift'), (req, res) =>
    ask(req, res, {
      ...{ form: `lift-${givenOf(req.body).address}`, definition: liftAddress, done: 'lift' },
      schema: z.object({ reason: reasonField, address: z.email().max(254) }),
      bodyOf: ({ address, reason }) => ({ customerId: customerIdOf(req), address, reason }),
    }),
  );
  router.post(at('promise'), async (req, res) => {
    const currency = await usualCurrency(req);
    await ask(req, res, {
      ...{ form: 'promise', definition: makePromise, done: 'promise' },
      schema: z.object({
        ...{ promiseId: idField, orderIds: chosenIds, reason: optionalLine(500) },
        by: optionalDayToCome(await today()).pipe(z.string('Give a day.')),
        amount: optionalAmount(currency),
      }),
      bodyOf: ({ reason: note, amount, ...given }) => ({
        ...{ customerId: customerIdOf(req), note, ...given },
        amount: amount === null ? null : { amount, currency },
      }),
    });
  });
  router.post(at('withdraw-promise'), (req, res) =>
    ask(req, res, {
      ...{ form: `withdraw-${givenOf(req.body).promiseId}`, definition: withdrawPromise, done: 'withdraw' },
      schema: z.object({ promiseId: idField, reason: reasonField }),
      bodyOf: ({ promiseId }) => ({ customerId: customerIdOf(req), promiseId }),
    }),
  );
  router.post(at('dispute'), async (req, res) => {
    const usual = await usualCurrency(req);
    await ask(req, res, {
      ...{ form: 'dispute', definition: openDispute, done: 'dispute' },
      schema: z.object({
        ...{ orderId: idField, disputeId: idField, reason: optionalLine(500) },
        cause: z.enum(disputeReasons, 'Choose why it is disputed.'),
        amount: optionalAmount(usual),
      }),
      bodyOf: async ({ reason: note, amount, ...given }) => {
        const { currency } = await getOrder(sql, given.orderId);
        return { ...given, note, amount: amount === null ? null : { amount, currency } };
      },
    });
  });
  router.post(at('resolve'), (req, res) =>
    ask(req, res, {
      ...{ form: `resolve-${givenOf(req.body).disputeId}`, definition: resolveDispute, done: 'resolve' },
      schema: z.object({
        ...{ orderId: idField, disputeId: idField, creditNoteId: optionalLine(100) },
        outcome: z.enum(disputeOutcomes, 'Choose whether the customer is right.'),
      }),
      bodyOf: (given) => given,
    }),
  );
  router.post(at('mode'), (req, res) =>
    ask(req, res, {
      ...{ form: 'mode', definition: setReminders, done: 'mode' },
      schema: z.object({ reason: reasonField, mode: z.enum(reminderModes, 'Choose one.') }),
      bodyOf: (given) => ({ subject: { customerId: customerIdOf(req) }, ...given }),
    }),
  );

  return router;
}

const optionalAmount = (currency: string) =>
  z.union([z.literal('').transform(() => null), amountField(currency)]);
