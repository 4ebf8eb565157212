import type { z } from 'zod';
import { approveLetter } from '../../modules/dunning/approve-letter.ts';
import { enteredReceipts } from '../../modules/dunning/entered-receipts.ts';
import { type LetterDetail, listLetters, readLetter } from '../../modules/dunning/letter-views.ts';
import type { Renderer } from '../../modules/dunning/letters/render.ts';
import type { LetterItemRow } from '../../modules/dunning/letters.ts';
import { plannedLetters } from '../../modules/dunning/planned-letters.ts';
import { type LetterPreview, previewLetter } from '../../modules/dunning/preview-letter.ts';
import { remindNow } from '../../modules/dunning/remind-now.ts';
import { resendLetter } from '../../modules/dunning/resend-letter.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { pageOf } from '../cursor.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { page } from '../schemas/fields.ts';
import {
  letter,
  letterPreview,
  letterSummary,
  lettersQuery,
  newLetter,
  plannedLetters as plannedPage,
  plannedQuery,
  previewQuery,
  resending,
} from '../schemas/letters.ts';

const tag = 'Letters';
/** How far ahead what is planned is shown, if the caller does not say. */
const PLANNED_MS = 7 * 24 * 3_600_000;

/** The letters to customers: what was sent, and what is about to be. */
export function letterEndpoints({ sql, renderer }: { sql: Sql; renderer: Renderer }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/letters',
      operationId: 'listLetters',
      tag,
      summary: 'List the letters to customers, the newest first',
      scopes: ['read'],
      query: lettersQuery,
      answer: page(letterSummary),
      handle: async ({ query: { limit, cursor, state, ...query } }) => {
        const filter = { ...query, ...(state !== undefined && { states: [state] }) };
        const rows = await listLetters(sql, filter, { after: cursor, limit: limit + 1 });
        return { body: pageOf(rows, limit, ({ queuedAt, letterId }) => ({ queuedAt, letterId })) };
      },
    }),
    endpoint({
      method: 'get',
      path: '/letters/planned',
      operationId: 'listPlannedLetters',
      tag,
      summary: 'List what will leave, by customer, and what it waits for',
      scopes: ['read'],
      query: plannedQuery,
      answer: plannedPage,
      handle: async ({ query: { limit, cursor, customerId, ...query }, now }) => {
        const until = query.until ?? new Date(Date.parse(now) + PLANNED_MS).toISOString();
        const filter = { until, ...(customerId !== undefined && { customerId }) };
        const rows = await plannedLetters(sql, filter, { after: cursor, limit: limit + 1 });
        const { old: receiptsOld } = await enteredReceipts(sql, { ...filter, now });
        const found = pageOf(rows, limit, ({ at, letterId, customerId }) => ({ at, letterId, customerId }));
        return { body: { ...found, receiptsOld } };
      },
    }),
    endpoint({
      method: 'get',
      path: '/letters/{letterId}',
      operationId: 'readLetter',
      tag,
      summary: 'Read a letter as it was sent, and what it asks for',
      tryOut: { after: ['placeOrder'] },
      scopes: ['read'],
      answer: letter,
      handle: async ({ params: { letterId } }) => ({ body: letterView(await readLetter(sql, letterId)) }),
    }),
    endpoint({
      method: 'get',
      path: '/customers/{customerId}/letters/preview',
      operationId: 'previewLetter',
      tag,
      summary: 'See the letter that would leave now, or why none would',
      scopes: ['read'],
      query: previewQuery,
      answer: letterPreview,
      handle: async ({ params: { customerId }, query, now }) => {
        const { kind = null, ignore = [], at = now, locale = null } = query;
        const of = { customerId, kind, ignoring: kind === null ? [] : ignore, now: at, locale };
        return { body: previewView(await previewLetter(sql, renderer, of)) };
      },
    }),
    endpoint({
      method: 'post',
      path: '/customers/{customerId}/letters',
      operationId: 'requestLetter',
      tag,
      summary: 'Remind a customer now',
      tryOut: { after: ['placeOrder'] },
      scopes: ['admin'],
      body: newLetter,
      answer: letter,
      statuses: { 202: 'the letter leaves at once; it is composed then' },
      handle: async ({ params: { customerId }, body, actor, now }) => {
        const { letterRequestId, kind = 'overdue', ignore = [] } = body;
        const asked = { customerId, letterRequestId, kind, ignore, actor, now };
        const { letterId, replayed } = await remindNow(sql, asked);
        return accepted(letterView(await readLetter(sql, letterId)), replayed);
      },
    }),
    endpoint({
      method: 'post',
      path: '/letters/{letterId}/approve',
      operationId: 'approveLetter',
      tag,
      summary: 'Let a letter leave that waits for a person',
      tryOut: { needs: 'a letter that is held, as listed by `listLetters`.' },
      scopes: ['admin'],
      answer: letter,
      handle: async ({ params: { letterId }, actor, now }) => {
        const { replayed } = await approveLetter(sql, letterId, { actor, now });
        return { body: letterView(await readLetter(sql, letterId)), headers: replayedHeader(replayed) };
      },
    }),
    endpoint({
      method: 'post',
      path: '/letters/{letterId}/resend',
      operationId: 'resendLetter',
      tag,
      summary: 'Send a letter again as it was, as a mail of its own; each call sends another one',
      tryOut: { needs: 'a letter that was sent, as listed by `listLetters`.' },
      scopes: ['admin'],
      body: resending,
      answer: letter,
      statuses: { 202: 'the new letter, which leaves at once' },
      handle: async ({ params: { letterId }, body: { to = null, confirm = false } = {}, actor, now }) => {
        const copy = await resendLetter(sql, letterId, { to, confirm, actor, now });
        return accepted(letterView(await readLetter(sql, copy)), false);
      },
    }),
  ];
}

const accepted = <Body>(body: Body, replayed: boolean) => ({
  ...{ status: 202, body, headers: replayedHeader(replayed) },
});

export const letterView = ({ items, steps, ...rest }: LetterDetail): z.infer<typeof letter> => ({
  ...rest,
  items: items.map(itemView),
  steps: steps.map(({ orderId, key, instalment, tone, at, state, outcome }) => ({
    ...{ orderId, step: key, instalment, tone, plannedAt: at, state, outcome },
  })),
});

const itemView = ({ asked, currency, ...item }: LetterItemRow) => ({
  ...item,
  asked: { amount: asked, currency },
});

const previewView = (preview: LetterPreview): z.infer<typeof letterPreview> =>
  preview.wouldSend
    ? {
        ...preview,
        recipients: [...preview.recipients],
        totals: [...preview.totals],
        items: preview.items.map(itemView),
      }
    : { ...preview, because: [...preview.because] };
