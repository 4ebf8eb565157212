import type { Evidence } from '../evidence.ts';
import { type Comparison, compareEach, groupBy } from './comparison.ts';

const isSent = (state: string): boolean => state === 'sent' || state === 'sent_maybe_twice';

/** The letter that each order must have got; a closed one need not have been confirmed before. */
const letterFor: Record<string, string> = {
  open: 'confirmation',
  settled: 'settled',
  cancelled: 'cancelled',
};

/** Compares the mails that the SMTP server has accepted with those in the books. */
export function compareMails({ orders, mails, acceptedMails }: Evidence): Comparison[] {
  const settledBy = new Map(mails.flatMap((mail) => mail.receiptFor.map((orderId) => [orderId, mail])));
  const mailsOf = groupBy(mails, ({ orderId }) => orderId ?? 'several');
  const rowOf = groupBy(mails, ({ messageId }) => messageId ?? 'never composed');
  const accepted = acceptedMails.map(({ raw }) => ({ messageId: messageIdOf(raw), raw }));
  const copiesOf = groupBy(accepted, ({ messageId }) => messageId);

  return [
    compareEach('orders: the customer has the letter that the order needs', orders, ({ id, status }) => {
      const letter =
        mailsOf.get(id)?.find(({ kind }) => kind === letterFor[status]) ??
        (status === 'settled' ? settledBy.get(id) : undefined);
      return letter && isSent(letter.state)
        ? null
        : `order ${id} is ${status}; its letter is ${letter?.state}`;
    }),
    compareEach(
      'mails in the books: accepted by the server as they say',
      mails,
      ({ id, state, messageId }) => {
        const copies = messageId === null ? 0 : (copiesOf.get(messageId)?.length ?? 0);
        const right = {
          sent: copies === 1,
          sent_maybe_twice: copies >= 1,
          unknown: true,
          failed: copies === 0,
          withdrawn: copies === 0,
        }[state];
        return right ? null : `mail ${id} is ${state}; ${copies} copies were accepted`;
      },
    ),
    compareEach('mails that were accepted: in the books', accepted, ({ messageId }) =>
      rowOf.get(messageId)?.length === 1 ? null : `${messageId} was accepted, and is not in the books once`,
    ),
    compareEach('mails that were accepted twice: the same bytes', [...copiesOf], ([messageId, copies]) =>
      copies.every(({ raw }) => raw === copies[0]!.raw)
        ? null
        : `the ${copies.length} copies of ${rowOf.get(messageId)?.[0]?.id} differ`,
    ),
    compareEach(
      'reminders: begun only while their orders were unpaid',
      mails.filter(({ kind }) => kind === 'reminder'),
      ({ id, begun }) =>
        begun.every((status) => status === 'open') ? null : `${id} was begun when its orders were ${begun}`,
    ),
  ];
}

const messageIdOf = (raw: string): string => /^message-id:\s*(\S+)/im.exec(raw)?.[1] ?? 'no Message-ID';
