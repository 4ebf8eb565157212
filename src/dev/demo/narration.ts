import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from '../setup-error.ts';

export type Money = { amount: number; currency: string };
type Mail = { id: string; subject: string; text?: string; to: { address: string }[] };

/** When the demo began: the base of its ids and of its clock. */
export const started = Date.now();

/** Prints the order's mails as they reach the mailbox; without a mailbox (SMTP_URL is set) it does not wait. */
export function mailReader(mailboxApi: string | null, orderNumber: string) {
  const seen = new Set<string>();
  /** Those that were not printed yet, the oldest first; null if there are none. */
  const fresh = async (): Promise<Mail[] | null> => {
    const all = (await (await fetch(mailboxApi!)).json()) as Mail[];
    const mine = all.filter(
      ({ subject, text }) => subject.includes(orderNumber) || text?.includes(orderNumber),
    );
    const unseen = mine.filter(({ id }) => !seen.has(id));
    return unseen.length > 0 ? unseen : null;
  };
  return {
    /** Prints the oldest of those that have not been printed. */
    next,
  };

  async function next(what: string, withinMs: number): Promise<void> {
    if (mailboxApi === null)
      return say(`${what}: sent through the server of SMTP_URL, so it is not shown here`);
    const [mail] = await until(what, withinMs, fresh);
    seen.add(mail!.id);
    sayMail({ ...mail!, to: mail!.to.map(({ address }) => address) });
  }
}

/** Prints a mail without its signature. */
export function sayMail({
  to,
  subject,
  text = '',
}: {
  to: readonly string[];
  subject: string;
  text?: string;
}): void {
  say(`✉ to ${to.join(', ')}: ${subject}`);
  const [body] = text.split('\n-- \n');
  for (const line of body!.split('\n').filter((line) => line.trim() !== ''))
    console.log(`              │ ${line.trim()}`);
}

export async function until<T>(what: string, withinMs: number, look: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadline)
      throw new SetupError(
        `Gave up after waiting ${Math.round(withinMs / 1000)} s for ${what}. See .netterms/logs/.`,
      );
    await sleep(250);
  }
}

export function heading(text: string): void {
  console.log(`\n${text}`);
}

export function say(text: string): void {
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`  ${seconds.padStart(5)} s  ${text}`);
}

export function describe(step: { kind: string; at: string } | null): string {
  return step
    ? `${step.kind} in ${Math.max(0, Math.round((Date.parse(step.at) - Date.now()) / 1000))} s`
    : 'none';
}

export function money({ amount, currency }: Money): string {
  return new Intl.NumberFormat('en', { style: 'currency', currency, useGrouping: 'always' } as object).format(
    amount / 100,
  );
}
