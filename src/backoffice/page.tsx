import type { Response } from 'express';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { withoutDirectionControls } from '../kernel/foreign-text.ts';
import type { AccountChange } from '../modules/banking/accounts.ts';

/** Who looks at a page; `csrf` goes into each of its forms, `openTasks` is the number of open tasks. */
export type Visitor = {
  readonly userId: string | null;
  readonly csrf: string;
  readonly openTasks?: number;
  readonly accountChanges?: readonly AccountChange[];
};

/** The visitor that `identify` (session.ts) has found. */
export const visitorOf = (res: Response): Visitor => res.locals.visitor as Visitor;

/** The actor that is recorded for an action; only for visitors who are signed in. */
export const actorOf = (res: Response): string => `user:${visitorOf(res).userId}`;

/**
 * Answers with a page, without characters that turn the direction of text: what was stored before they were removed from
 * all input, and the errors of other servers, may contain them.
 */
export function sendPage(res: Response, page: VNode, status = 200): void {
  res
    .status(status)
    .type('html')
    .send(`<!doctype html>${withoutDirectionControls(renderToString(page))}`);
}

/** Answers with the HTML of a mail, for a frame of our own pages. */
export function sendFramed(res: Response, html: string): void {
  res
    .set(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox",
    )
    .set('X-Frame-Options', 'SAMEORIGIN')
    .type('html')
    .send(html);
}
