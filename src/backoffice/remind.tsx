import { randomBytes } from 'node:crypto';
import { type Request, Router } from 'express';
import { z } from 'zod';
import { type CustomerRow, findCustomer, unknownCustomer } from '../modules/customers/tables.ts';
import type { Renderer } from '../modules/dunning/letters/render.ts';
import { previewLetter } from '../modules/dunning/preview-letter.ts';
import { remindNow } from '../modules/dunning/remind-now.ts';
import { ignorableReasons } from '../modules/dunning/rules/item-guards.ts';
import { merchantZone } from '../modules/settings/tables.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { customerIdOf } from './customer-id.ts';
import { refusalOf } from './failure.ts';
import { idField, readForm } from './forms.ts';
import { actorOf, sendFramed, sendPage, visitorOf } from './page.tsx';
import { letterUrl } from './pages/letter-words.ts';
import { type Asked, RemindPage } from './pages/remind.tsx';

/** The page that shows a letter before it is sent by hand. */
export function remindRoutes({
  sql,
  renderer,
  now,
}: {
  sql: Sql;
  renderer: Renderer;
  now: () => string;
}): Router {
  const router = Router();
  const path = '/customers/:customerId/remind';

  const previewOf = (req: Request, { kind, ignore: ignoring }: Asked) =>
    previewLetter(sql, renderer, {
      ...{ customerId: customerIdOf(req), kind, ignoring, locale: null, now: now() },
    });

  /** What the page shows of the customer and the letter that is asked for. */
  async function read(req: Request, asked: Asked) {
    const id = customerIdOf(req);
    const customer: CustomerRow = (await findCustomer(sql, id)) ?? unknownCustomer(id);
    const [preview, zone] = await Promise.all([previewOf(req, asked), merchantZone(sql)]);
    return { customer, asked, preview, zone };
  }

  router.get(path, async (req, res) => {
    const page = await read(req, askedOf(req.query));
    const letterRequestId = `letter_${randomBytes(12).toString('hex')}`;
    const rest = { letterRequestId, problem: null };
    sendPage(res, <RemindPage visitor={visitorOf(res)} {...page} {...rest} />);
  });

  router.get(`${path}/html`, async (req, res) => {
    const preview = await previewOf(req, askedOf(req.query));
    sendFramed(res, preview.wouldSend ? preview.html : '');
  });

  router.post(path, async (req, res) => {
    const customerId = customerIdOf(req);
    const form = readForm(z.object({ letterRequestId: idField }), req.body);
    const asked = askedOf(req.body);
    if (!form.ok) return res.redirect(303, `/admin/customers/${customerId}/remind`);
    const { letterRequestId } = form.value;
    const by = { actor: actorOf(res), now: now() };
    try {
      const { letterId } = await remindNow(sql, { customerId, letterRequestId, ...asked, ...by });
      res.redirect(303, letterUrl(letterId));
    } catch (error) {
      const { problem = null, status = 422 } = refusalOf(error, req.body);
      const page = { ...(await read(req, asked)), letterRequestId, problem };
      sendPage(res, <RemindPage visitor={visitorOf(res)} {...page} />, status);
    }
  });

  return router;
}

/** What was chosen on the page; what cannot be read is left out. */
function askedOf(given: unknown): Asked {
  const { kind, ignore } = (given ?? {}) as { kind?: unknown; ignore?: unknown };
  const chosen = [ignore].flat();
  return {
    kind: kind === 'due-soon' ? 'due-soon' : 'overdue',
    ignore: ignorableReasons.filter((reason) => chosen.includes(reason)),
  };
}
