import type { Response } from 'express';
import { sendPage, type Visitor, visitorOf } from './page.tsx';
import { MessagePage } from './pages/message.tsx';
import { NeedLinkPage } from './pages/sign-in.tsx';

/** Answers with a page that shows one message, even before the visitor is identified. */
export function sendMessage(res: Response, status: number, message: { title: string; text: string }): void {
  const visitor = (res.locals.visitor as Visitor | undefined) ?? { userId: null, csrf: '' };
  sendPage(res, <MessagePage visitor={visitor} {...message} />, status);
}

export const sendNeedLink = (res: Response): void =>
  sendPage(res, <NeedLinkPage visitor={visitorOf(res)} />, 401);
