import type { Day, Instant } from '../../kernel/calendar.ts';
import type { Money } from '../../kernel/money.ts';
import type { Sql, Tx } from '../../platform/postgres/client.ts';
import { inTransaction } from '../../platform/postgres/client.ts';
import { lockCustomer } from '../customers/tables.ts';
import { findMail } from '../mail/tables.ts';
import { activePolicies } from '../settings/tables.ts';
import { type AskedKind, askForLetter, letterBySchedule } from './ask-for-letter.ts';
import type { Renderer } from './letters/render.ts';
import { getLetter, itemsOfLetter, type LetterItemRow } from './letters.ts';
import { composeReminder } from './reminder.ts';
import type { LetterTone } from './rules/dunning.ts';
import type { WaitReason } from './rules/item-guards.ts';
import type { Hindrance } from './rules/not-wanted.ts';

/** What is asked: the letter that would leave by the schedule, or (with a kind) the one that a person could send now. */
export type PreviewOf = {
  readonly customerId: string;
  /** Null: by the schedule. */
  readonly kind: AskedKind | null;
  readonly ignoring: readonly WaitReason[];
  readonly now: Instant;
  /** Null: the customer's. */
  readonly locale: string | null;
};

export type LetterPreview =
  | {
      readonly wouldSend: true;
      readonly tone: LetterTone;
      /** By the schedule it would wait for a person's approval first. */
      readonly needsApproval: boolean;
      readonly subject: string;
      readonly text: string;
      readonly html: string;
      readonly recipients: readonly string[];
      readonly items: readonly LetterItemRow[];
      /** What it asks for, by currency. */
      readonly totals: readonly Money[];
      readonly payBy: Day | null;
    }
  | { readonly wouldSend: false; readonly because: readonly Hindrance[] };

/** Ends a transaction of which nothing is to stay. */
class Seen extends Error {
  readonly preview: LetterPreview;

  constructor(preview: LetterPreview) {
    super('nothing of a preview stays');
    this.preview = preview;
  }
}

/**
 * The letter that would leave, made by the same code that sends it, or why none would. Nothing is written: the
 * transaction is rolled back, and the reference in the text is the real one only if the customer has one already.
 * @throws NettermsError `customer-not-found`
 */
export async function previewLetter(sql: Sql, renderer: Renderer, of: PreviewOf): Promise<LetterPreview> {
  try {
    return await inTransaction(sql, async (tx) => {
      throw new Seen(await seen(tx, renderer, of));
    });
  } catch (error) {
    if (error instanceof Seen) return error.preview;
    throw error;
  }
}

async function seen(
  tx: Tx,
  renderer: Renderer,
  { customerId, kind, ignoring, now, locale }: PreviewOf,
): Promise<LetterPreview> {
  const customer = await lockCustomer(tx, customerId);
  const policies = await activePolicies(tx);
  const given = { customer: { ...customer, locale: locale ?? customer.locale }, policies, now };
  const looking = { ...given, ignoring: new Set(ignoring) };
  const found = await (kind === null
    ? letterBySchedule(tx, looking)
    : askForLetter(tx, looking, { kind, key: 'preview' }));
  if ('because' in found) return { wouldSend: false, because: found.because };
  const { letterId, result } = found;
  const mail = (await findMail(tx, letterId))!;
  const content = await composeReminder(tx, mail, result, { ...given, renderer });
  const { recipient, subject, html, plain } = content;
  const { tone, payBy } = await getLetter(tx, letterId);
  const items = await itemsOfLetter(tx, letterId);
  return {
    ...{ wouldSend: true, tone: tone!, needsApproval: kind === null && result.toApprove.length > 0 },
    ...{ subject, text: plain, html, recipients: [recipient], items, totals: totalsOf(items), payBy },
  };
}

function totalsOf(items: readonly LetterItemRow[]): Money[] {
  const totals = new Map<string, number>();
  for (const { asked, currency } of items) totals.set(currency, (totals.get(currency) ?? 0) + asked);
  return [...totals].map(([currency, amount]) => ({ amount, currency }));
}
