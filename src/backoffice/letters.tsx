import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { stateReceiptsEntered } from '../modules/banking/receipts-entered.ts';
import { namesOf } from '../modules/customers/views.ts';
import { approveLetter } from '../modules/dunning/approve-letter.ts';
import { enteredReceipts } from '../modules/dunning/entered-receipts.ts';
import {
  type LetterDetail,
  type LetterPlace,
  listLetters,
  readLetter,
  unknownLetter,
} from '../modules/dunning/letter-views.ts';
import type { Renderer } from '../modules/dunning/letters/render.ts';
import { plannedLetters } from '../modules/dunning/planned-letters.ts';
import { type LetterPreview, previewLetter } from '../modules/dunning/preview-letter.ts';
import { resendLetter } from '../modules/dunning/resend-letter.ts';
import type { MailState } from '../modules/mail/tables.ts';
import { merchantToday, merchantZone } from '../modules/settings/tables.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { type Failure, formStateOf, refusalOf } from './failure.ts';
import { pastDayField, readForm } from './forms.ts';
import { actorOf, sendFramed, sendPage, visitorOf } from './page.tsx';
import type { FormState } from './pages/fields.tsx';
import type { LetterAction } from './pages/letter/actions.tsx';
import { LetterPage } from './pages/letter.tsx';
import { letterUrl } from './pages/letter-words.ts';
import { LettersPage, type LettersView, letterViews, PlannedPage } from './pages/letters.tsx';

const PAGE = 50;
const PLANNED_MS = 7 * 24 * 3_600_000;

/** Which letters each view of the list shows. */
const statesOf = {
  held: ['held'],
  queued: ['queued', 'sending'],
  sent: ['sent', 'sent_maybe_twice'],
  failed: ['failed', 'unknown', 'withdrawn'],
} as const satisfies Record<LettersView, readonly MailState[]>;

/** The list of letters with what is planned, and the page of one letter with its text. */
export function letterRoutes({
  sql,
  renderer,
  now,
}: {
  sql: Sql;
  renderer: Renderer;
  now: () => string;
}): Router {
  const router = Router();

  router.get('/letters', async (req, res) => {
    const zone = await merchantZone(sql);
    const view = letterViews.find((one) => one === req.query.state);
    if (view === undefined) return showPlanned(res, null, { done: req.query.done === 'entered' });
    const after = placeOf(req.query.after);
    const found = await listLetters(sql, { states: statesOf[view] }, { after, limit: PAGE + 1 });
    const letters = found.slice(0, PAGE);
    const names = await namesOf(
      sql,
      letters.map(({ customerId }) => customerId),
    );
    const next = found.length > PAGE ? letters.at(-1)! : null;
    const page = { view, letters, names, after, next, zone };
    sendPage(res, <LettersPage visitor={visitorOf(res)} {...page} />);
  });

  router.post('/letters/receipts-entered', async (req, res) => {
    const today = await merchantToday(sql, now());
    const form = readForm(z.object({ through: pastDayField(today) }), req.body);
    if (!form.ok) return showPlanned(res, formStateOf('entered', form), { status: 422 });
    await stateReceiptsEntered(sql, form.value.through, { actor: actorOf(res), now: now() });
    res.redirect(303, '/admin/letters?done=entered');
  });

  router.get('/letters/:letterId', (req, res) => showLetter(req, res, null));

  /** What a mail says is shown in a frame that runs nothing, loads nothing and leads nowhere. */
  router.get('/letters/:letterId/html', async (req, res) => {
    const letter = await readLetter(sql, idOf(req));
    sendFramed(res, letter.html ?? previewHtml(await previewOf(letter)) ?? '');
  });

  router.post('/letters/:letterId/approve', async (req, res) => {
    const id = idOf(req);
    try {
      await approveLetter(sql, id, { actor: actorOf(res), now: now() });
    } catch (error) {
      return refuse(req, res, 'approve', refusalOf(error, req.body));
    }
    res.redirect(303, `${letterUrl(id)}?done=approve`);
  });

  router.post('/letters/:letterId/resend', async (req, res) => {
    const form = readForm(resendForm, req.body);
    if (!form.ok) return refuse(req, res, 'resend', form);
    const { to, paid } = form.value;
    const by = { actor: actorOf(res), now: now() };
    let copy: string;
    try {
      copy = await resendLetter(sql, idOf(req), { to, confirm: paid === 'send', ...by });
    } catch (error) {
      return refuse(req, res, 'resend', refusalOf(error, req.body));
    }
    res.redirect(303, `${letterUrl(copy)}?done=resend`);
  });

  const refuse = (req: Request, res: Response, action: LetterAction, failure: Failure): Promise<void> =>
    showLetter(req, res, formStateOf(action, failure), failure.status ?? 422);

  async function showPlanned(
    res: Response,
    form: FormState | null,
    { done = false, status = 200 }: { done?: boolean; status?: number } = {},
  ): Promise<void> {
    const until = new Date(Date.parse(now()) + PLANNED_MS).toISOString();
    const [groups, receipts, today, zone] = await Promise.all([
      plannedLetters(sql, { until }, { limit: PAGE }),
      enteredReceipts(sql, { until, now: now() }),
      merchantToday(sql, now()),
      merchantZone(sql),
    ]);
    const page = { groups, receipts, form, done, today, zone };
    sendPage(res, <PlannedPage visitor={visitorOf(res)} {...page} />, status);
  }

  /** What a letter that waits for approval would say now; null for the others. */
  async function previewOf({ state, customerId }: LetterDetail): Promise<LetterPreview | null> {
    if (state !== 'held') return null;
    const of = { customerId, kind: null, ignoring: [], locale: null, now: now() };
    return previewLetter(sql, renderer, of);
  }

  async function showLetter(
    req: Request,
    res: Response,
    form: FormState | null,
    status = 200,
  ): Promise<void> {
    const letter = await readLetter(sql, idOf(req));
    const [zone, names, preview] = await Promise.all([
      merchantZone(sql),
      namesOf(sql, [letter.customerId]),
      previewOf(letter),
    ]);
    const { done } = req.query;
    const page = {
      ...{ letter, preview, form, zone, customerName: names.get(letter.customerId) ?? letter.customerId },
      done: form === null && (done === 'approve' || done === 'resend') ? (done as LetterAction) : null,
    };
    sendPage(res, <LetterPage visitor={visitorOf(res)} {...page} />, status);
  }

  return router;
}

const resendForm = z.object({
  to: z
    .union([z.literal(''), z.email('Give an e-mail address, or leave it empty.').max(254)])
    .transform((text) => text || null)
    .optional()
    .transform((text) => text ?? null),
  paid: z.enum(['keep', 'send'], 'Choose what happens if something was paid.'),
});

const previewHtml = (preview: LetterPreview | null): string | null =>
  preview?.wouldSend ? preview.html : null;

function idOf(req: Request): string {
  const { letterId } = req.params;
  return typeof letterId === 'string' && /^[A-Za-z0-9._:~-]{1,300}$/.test(letterId)
    ? letterId
    : unknownLetter('with this id');
}

/** The last letter of the previous page, from the address; null is the start. */
function placeOf(given: unknown): LetterPlace | null {
  const [, queuedAt, letterId] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)~([A-Za-z0-9._:~-]{1,300})$/.exec(
      typeof given === 'string' ? given : '',
    ) ?? [];
  return queuedAt === undefined || letterId === undefined || Number.isNaN(Date.parse(queuedAt))
    ? null
    : { queuedAt, letterId };
}
