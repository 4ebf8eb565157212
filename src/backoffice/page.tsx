import type { Response } from 'express';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';

/** Who looks at a page; `csrf` goes into each of its forms, `openTasks` is how many tasks wait for somebody. */
export type Visitor = {
  readonly userId: string | null;
  readonly csrf: string;
  readonly openTasks?: number;
};

/** The visitor that `identify` (session.ts) has found. */
export const visitorOf = (res: Response): Visitor => res.locals.visitor as Visitor;

/** Who is written down as having done it; only behind the sign-in. */
export const actorOf = (res: Response): string => `user:${visitorOf(res).userId}`;

/** Answers with a page. */
export function sendPage(res: Response, page: VNode, status = 200): void {
  res
    .status(status)
    .type('html')
    .send(`<!doctype html>${renderToString(page)}`);
}
