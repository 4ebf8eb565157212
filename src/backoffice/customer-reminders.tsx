import { randomBytes } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { dayAt } from '../kernel/calendar.ts';
import type { Commands } from '../modules/commands/commands.ts';
import type { CustomerCommand } from '../modules/commands/definition.ts';
import { findCustomer, unknownCustomer } from '../modules/customers/tables.ts';
import { undeliverableOf } from '../modules/customers/undeliverable-addresses.ts';
import { askedKinds } from '../modules/dunning/ask-for-letter.ts';
import { standingDisputesOf } from '../modules/dunning/disputes.ts';
import { holdsOf } from '../modules/dunning/holds.ts';
import type { Renderer } from '../modules/dunning/letters/render.ts';
import { liftAddress } from '../modules/dunning/lift-address.ts';
import { makePromise } from '../modules/dunning/make-promise.ts';
import { openDispute } from '../modules/dunning/open-dispute.ts';
import { placeHold } from '../modules/dunning/place-hold.ts';
import { plannedLetters } from '../modules/dunning/planned-letters.ts';
import { previewLetter } from '../modules/dunning/preview-letter.ts';
import { promisesOf } from '../modules/dunning/promises.ts';
import { releaseHold } from '../modules/dunning/release-hold.ts';
import { remindNow } from '../modules/dunning/remind-now.ts';
import { reminderModeOf } from '../modules/dunning/reminder-modes.ts';
import { resolveDispute } from '../modules/dunning/resolve-dispute.ts';
import { disputeOutcomes, disputeReasons } from '../modules/dunning/rules/disputes.ts';
import { ignorableReasons } from '../modules/dunning/rules/item-guards.ts';
import { reminderModes } from '../modules/dunning/rules/reminder-modes.ts';
import { setReminders } from '../modules/dunning/set-reminders.ts';
import { withdrawPromise } from '../modules/dunning/withdraw-promise.ts';
import { getOrder } from '../modules/orders/tables.ts';
import { merchantToday, merchantZone } from '../modules/settings/tables.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { customerIdOf } from './customer-id.ts';
import { type Failure, refusalOf } from './failure.ts';
import {
  amountField,
  givenOf,
  idField,
  optionalDayToCome,
  optionalLine,
  readForm,
  reasonField,
} from './forms.ts';
import { sendFramed } from './letters.tsx';
import { actorOf, sendPage, visitorOf } from './page.tsx';
import type { ReminderFacts } from './pages/customer/reminders.tsx';
import type { Done } from './pages/customer.tsx';
import { letterUrl } from './pages/letter-words.ts';
import { RemindPage } from './pages/remind.tsx';

const PLANNED_MS = 60 * 24 * 3_600_000;
const GROUPS = 20;

/** What a customer's page shows about reminders. */
export async function reminderFactsOf(sql: Sql, customerId: string, now: string): Promise<ReminderFacts> {
  const until = new Date(Date.parse(now) + PLANNED_MS).toISOString();
  const [planned, holds, promises, disputes, mode, undeliverable, today] = await Promise.all([
    plannedLetters(sql, { until, customerId }, { limit: GROUPS }),
    holdsOf(sql, customerId),
    promisesOf(sql, customerId, 'open'),
    standingDisputesOf(sql, customerId),
    reminderModeOf(sql, { customerId, orderId: null }),
    undeliverableOf(sql, [customerId]),
    merchantToday(sql, now),
  ]);
  const inForce = holds.filter(
    ({ releasedAt, until }) => releasedAt === null && (until === null || until >= today),
  );
  const newId = (kind: string) => `${kind}_${randomBytes(12).toString('hex')}`;
  const proposed = { holdId: newId('hold'), promiseId: newId('promise'), disputeId: newId('dispute') };
  return { planned, holds: inForce, promises, disputes, mode, undeliverable, proposed };
}

/** The forms of a customer's page about reminders, and the page that shows a letter before it is sent by hand. */
export function customerReminderRoutes({
  sql,
  renderer,
  commands,
  now,
  done,
  refuse,
}: {
  sql: Sql;
  renderer: Renderer;
  commands: Commands;
  now: () => string;
  done: (req: Request, res: Response, what: Done) => void;
  refuse: (req: Request, res: Response, action: string, failure: Failure) => Promise<void>;
}): Router {
  const router = Router();
  const at = (path: string) => `/customers/:customerId/${path}`;

  /** Reads a form, asks the customer, and shows the customer again. */
  async function ask<Body>(
    req: Request,
    res: Response,
    {
      form: id,
      schema,
      definition,
      done: what,
      bodyOf,
    }: {
      form: string;
      schema: z.ZodType<{ reason?: string | null } & object>;
      definition: CustomerCommand<Body>;
      done: Done;
      bodyOf: (value: never) => Body | Promise<Body>;
    },
  ): Promise<void> {
    const form = readForm(schema, req.body);
    if (!form.ok) return refuse(req, res, id, form);
    try {
      const body = await bodyOf(form.value as never);
      const by = { actor: actorOf(res), reason: form.value.reason ?? null, idempotencyKey: null, now: now() };
      await commands.askCustomer(definition, { body, content: body, ...by });
    } catch (error) {
      return refuse(req, res, id, refusalOf(error, req.body));
    }
    done(req, res, what);
  }

  const today = async () => dayAt(now(), await merchantZone(sql));

  router.post(at('hold'), async (req, res) =>
    ask(req, res, {
      ...{ form: 'hold', definition: placeHold, done: 'hold' },
      schema: z.object({ reason: reasonField, until: optionalDayToCome(await today()), holdId: idField }),
      bodyOf: ({ holdId, until }: { holdId: string; until: string | null }) => ({
        ...{ customerId: customerIdOf(req), holdId, until, orderIds: null },
      }),
    }),
  );
  router.post(at('release'), (req, res) =>
    ask(req, res, {
      ...{ form: `release-${givenOf(req.body).holdId}`, definition: releaseHold, done: 'release' },
      schema: z.object({ reason: reasonField, holdId: idField }),
      bodyOf: ({ holdId }: { holdId: string }) => ({ customerId: customerIdOf(req), holdId }),
    }),
  );
  router.post(at('lift'), (req, res) =>
    ask(req, res, {
      ...{ form: `lift-${givenOf(req.body).address}`, definition: liftAddress, done: 'lift' },
      schema: z.object({ reason: reasonField, address: z.email().max(254) }),
      bodyOf: ({ address, reason }: { address: string; reason: string }) => ({
        ...{ customerId: customerIdOf(req), address, reason },
      }),
    }),
  );
  router.post(at('promise'), async (req, res) => {
    const id = customerIdOf(req);
    const { currency } = (await findCustomer(sql, id)) ?? unknownCustomer(id);
    const by = optionalDayToCome(await today()).refine((day) => day !== null, 'Give a day.');
    const amount = z.union([z.literal('').transform(() => null), amountField(currency)]);
    await ask(req, res, {
      ...{ form: 'promise', definition: makePromise, done: 'promise' },
      schema: z.object({ by, amount, reason: optionalLine(500), promiseId: idField }),
      bodyOf: (value: { by: string; amount: number | null; reason: string | null; promiseId: string }) => ({
        ...{ customerId: id, promiseId: value.promiseId, by: value.by, orderIds: null, note: value.reason },
        amount: value.amount === null ? null : { amount: value.amount, currency },
      }),
    });
  });
  router.post(at('withdraw-promise'), (req, res) =>
    ask(req, res, {
      ...{ form: `withdraw-${givenOf(req.body).promiseId}`, definition: withdrawPromise, done: 'withdraw' },
      schema: z.object({ reason: reasonField, promiseId: idField }),
      bodyOf: ({ promiseId }: { promiseId: string }) => ({ customerId: customerIdOf(req), promiseId }),
    }),
  );
  router.post(at('dispute'), async (req, res) => {
    const id = customerIdOf(req);
    const { currency: usual } = (await findCustomer(sql, id)) ?? unknownCustomer(id);
    await ask(req, res, {
      ...{ form: 'dispute', definition: openDispute, done: 'dispute' },
      schema: z.object({
        ...{ orderId: idField, disputeId: idField, reason: optionalLine(500) },
        cause: z.enum(disputeReasons, 'Choose why it is disputed.'),
        amount: z.union([z.literal('').transform(() => null), amountField(usual)]),
      }),
      bodyOf: async (value: {
        orderId: string;
        disputeId: string;
        cause: (typeof disputeReasons)[number];
        amount: number | null;
        reason: string | null;
      }) => {
        const { orderId, disputeId, cause, amount, reason: note } = value;
        const { currency } = await getOrder(sql, orderId);
        return { orderId, disputeId, cause, note, amount: amount === null ? null : { amount, currency } };
      },
    });
  });
  router.post(at('resolve'), (req, res) =>
    ask(req, res, {
      ...{ form: `resolve-${givenOf(req.body).disputeId}`, definition: resolveDispute, done: 'resolve' },
      schema: z.object({
        ...{ orderId: idField, disputeId: idField },
        outcome: z.enum(disputeOutcomes, 'Choose whether the customer is right.'),
        creditNoteId: optionalLine(100),
      }),
      bodyOf: (value: {
        orderId: string;
        disputeId: string;
        outcome: (typeof disputeOutcomes)[number];
        creditNoteId: string | null;
      }) => value,
    }),
  );
  router.post(at('mode'), (req, res) =>
    ask(req, res, {
      ...{ form: 'mode', definition: setReminders, done: 'mode' },
      schema: z.object({ reason: reasonField, mode: z.enum(reminderModes, 'Choose one.') }),
      bodyOf: ({ mode, reason }: { mode: (typeof reminderModes)[number]; reason: string }) => ({
        ...{ subject: { customerId: customerIdOf(req) }, mode, reason },
      }),
    }),
  );

  const previewOf = (req: Request, asked: z.infer<typeof askedForm>) =>
    previewLetter(sql, renderer, {
      ...{
        customerId: customerIdOf(req),
        kind: asked.kind,
        ignoring: asked.ignore,
        locale: null,
        now: now(),
      },
    });

  router.get(at('remind'), async (req, res) => {
    const id = customerIdOf(req);
    const customer = (await findCustomer(sql, id)) ?? unknownCustomer(id);
    const asked = askedOf(req.query);
    const [preview, zone] = await Promise.all([previewOf(req, asked), merchantZone(sql)]);
    const page = { customer, asked, preview, zone, problem: null };
    const letterRequestId = `letter_${randomBytes(12).toString('hex')}`;
    sendPage(res, <RemindPage visitor={visitorOf(res)} {...page} letterRequestId={letterRequestId} />);
  });

  router.get(at('remind/html'), async (req, res) => {
    const preview = await previewOf(req, askedOf(req.query));
    sendFramed(res, preview.wouldSend ? preview.html : '');
  });

  router.post(at('remind'), async (req, res) => {
    const id = customerIdOf(req);
    const form = readForm(z.object({ letterRequestId: idField }), req.body);
    const asked = askedOf(req.body);
    if (!form.ok) return res.redirect(303, `/admin/customers/${id}/remind`);
    const { letterRequestId } = form.value;
    try {
      const given = { customerId: id, letterRequestId, kind: asked.kind, ignore: asked.ignore };
      const { letterId } = await remindNow(sql, { ...given, actor: actorOf(res), now: now() });
      res.redirect(303, letterUrl(letterId));
    } catch (error) {
      const { problem = null, status = 422 } = refusalOf(error, req.body);
      const customer = (await findCustomer(sql, id)) ?? unknownCustomer(id);
      const [preview, zone] = await Promise.all([previewOf(req, asked), merchantZone(sql)]);
      const page = { customer, asked, preview, zone, problem, letterRequestId };
      sendPage(res, <RemindPage visitor={visitorOf(res)} {...page} />, status);
    }
  });

  return router;
}

const askedForm = z.object({ kind: z.enum(askedKinds), ignore: z.array(z.enum(ignorableReasons)) });

/** What was chosen on the page; what cannot be read is left out. */
function askedOf(given: unknown): z.infer<typeof askedForm> {
  const { kind, ignore } = (given ?? {}) as { kind?: unknown; ignore?: unknown };
  const chosen = [ignore].flat();
  return {
    kind: kind === 'due-soon' ? 'due-soon' : 'overdue',
    ignore: ignorableReasons.filter((reason) => chosen.includes(reason)),
  };
}
