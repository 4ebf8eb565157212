import type { Merchant } from './merchant.ts';
import { type Money, money, say, sayMail, until } from './narration.ts';

type Summary = { letterId: string; sentAt: string | null };
type Letter = {
  subject: string;
  text: string;
  recipients: string[];
  items: { orderId: string; tone: string; asked: Money }[];
};

/** Waits for a reminder to the customer that asks for the order and left after an instant. */
export const letterAbout = (
  { calls: { read } }: Merchant,
  { customerId, orderId, since }: { customerId: string; orderId: string; since: number },
): Promise<Letter> =>
  until('the letter', 40_000, async () => {
    const query = `customerId=${customerId}&state=sent&limit=20`;
    const { items } = await read<{ items: Summary[] }>('GET', `/letters?${query}`);
    for (const { letterId, sentAt } of items) {
      if (sentAt === null || Date.parse(sentAt) < since) continue;
      const letter = await read<Letter>('GET', `/letters/${letterId}`);
      if (letter.items.some((item) => item.orderId === orderId)) return letter;
    }
    return null;
  });

/** Prints what a letter asks for, after its whole text or only its subject. */
export function showLetter(
  { recipients, subject, text, items }: Letter,
  { whole = false }: { whole?: boolean } = {},
): void {
  sayMail({ to: recipients, subject, ...(whole && { text }) });
  say(`it asks for ${items.map(({ orderId, asked }) => `${money(asked)} of ${orderId}`).join(', ')}`);
}
