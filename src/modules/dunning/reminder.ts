import { type Day, dayAt, type Instant } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { paidInto } from '../banking/accounts.ts';
import { referenceOf } from '../banking/payment-references.ts';
import { recipientOf, reminderAddresses, replyAddress } from '../customers/rules/contacts.ts';
import { privilegeAt } from '../eligibility/rules/standing.ts';
import type { Composing, MailDefinition } from '../mail/definition.ts';
import type { MailContent, MailRow } from '../mail/tables.ts';
import type { Settings } from '../settings/rules/settings.ts';
import { type NewEvent, recordEvent } from '../storefronts/record-event.ts';
import { openTask } from '../tasks/open-task.ts';
import { returnFees } from './amount-lines.ts';
import { askedDocuments } from './asked-documents.ts';
import { closeTasksOfItems, openLetterTask } from './letter-tasks.ts';
import type { LetterAccount, LetterData } from './letters/letter.ts';
import type { Renderer } from './letters/render.ts';
import {
  concludeSteps,
  getLetter,
  ignoringOf,
  itemsOfLetter,
  type LetterItemRow,
  noteLeft,
  noteNotApproved,
  stepName,
  writeLetter,
} from './letters.ts';
import { type AskedItem, judge, type Looking, type LookResult, look, readDue } from './look/look.ts';
import { wakeBehindLetter } from './look/wake-steps.ts';
import { brokenPromiseOf } from './reserves/promises.ts';
import { deadlineOf } from './rules/deadlines.ts';
import { isOverdueTone, type LetterTone, payWithinOf } from './rules/dunning.ts';
import { sharpest } from './rules/letter-tones.ts';
import { isInWindow, nextSlot } from './rules/windows.ts';

/** The customer's one letter about all that is due. */
export function reminder(renderer: Renderer, { notifiesStore }: { notifiesStore: boolean }): MailDefinition {
  return {
    async compose(tx, mail, given) {
      const later = await outOfWindow(tx, mail.id, given);
      if (later !== null) return { later };
      const result = await look(tx, given);
      if (result.asked.length === 0) return { withdraw: 'nothing is to be asked any more' };
      if (!(await isApproved(tx, mail.id, result.toApprove))) {
        await askForApproval(tx, mail, given);
        return { hold: 'approval' };
      }
      return composeReminder(tx, mail, result, { ...given, renderer });
    },

    async stillHolds(tx, mail, given) {
      const [items, ignoring, due] = await Promise.all([
        itemsOfLetter(tx, mail.id),
        ignoringOf(tx, mail.id),
        readDue(tx, given, { withSending: true }),
      ]);
      const { judged } = judge(due, { ...given, ignoring }, { isSending: false });
      const own = judged.filter(
        ({ step }) => step.mailId === mail.id && Date.parse(step.at) <= Date.parse(given.now),
      );
      return (
        own.every(({ item }) => item !== undefined) &&
        items.every(({ orderId, instalment, asked }) =>
          own.some(
            ({ item }) => item?.orderId === orderId && item.instalment === instalment && item.asked === asked,
          ),
        )
      );
    },

    async conclude(tx, mail, outcome, { policies, now }) {
      if (outcome === 'withdrawn') return;
      const { timeZone } = policies.settings.body;
      const arrived = outcome === 'sent' || outcome === 'sent_maybe_twice';
      const reason = arrived ? null : outcome === 'unknown' ? 'mail-unknown' : 'mail-failed';
      const [{ tone }, items] = await Promise.all([
        getLetter(tx, mail.id),
        itemsOfLetter(tx, mail.id),
        outcome !== 'failed' && noteLeft(tx, mail.id, dayAt(arrived ? now : mail.composedAt!, timeZone)),
        concludeSteps(tx, mail.id, { outcome: arrived ? 'sent' : outcome, reason, now }),
        arrived && closeTasksOfItems(tx, mail, now),
        wakeBehindLetter(tx, mail.customerId, now),
      ]);
      await openLetterTask(tx, mail, { outcome, tone: tone!, now });
      if (arrived && notifiesStore) await tellStore(tx, mail, { tone: tone!, items, now });
    },
  };
}

/** Whether a person has approved all of it: a step that joined the letter since has to be approved as well. */
async function isApproved(tx: Tx, mailId: string, toApprove: readonly AskedItem[]): Promise<boolean> {
  if (toApprove.length === 0) return true;
  const { approved } = await getLetter(tx, mailId);
  return toApprove.every((step) => approved.includes(stepName(step)));
}

/**
 * The next window, if it is not the time for letters now: one was approved in the evening or within a pause, or the server
 * was away. Pauses count if all that it is about is overdue.
 */
async function outOfWindow(
  tx: Tx,
  mailId: string,
  { customer, policies, now }: Composing,
): Promise<Instant | null> {
  const [row] = await tx<[{ mildest: 'due-soon' | 'overdue-1' | null }]>`
    select min(case when tone in ('due-soon', 'due') then 'due-soon' else 'overdue-1' end) as mildest
    from steps where mail_id = ${mailId} and state = 'in_letter' and not exact`;
  if (row.mildest === null) return null;
  const policy = policies.dunning.body;
  const { country } = policies.settings.body;
  const { closedMonths, closures } = customer;
  const about = { tone: row.mildest, closed: { closedMonths, closures } };
  if (isInWindow(now, policy, country, about) || (await ignoringOf(tx, mailId)).has('window')) return null;
  return nextSlot(now, policy, country, customer.id, about);
}

/** Writes the letter, and what it asks for. */
export async function composeReminder(
  tx: Tx,
  mail: Pick<MailRow, 'id' | 'attempts'>,
  result: LookResult,
  given: Looking & { renderer: Renderer },
): Promise<MailContent> {
  const { customer, policies, now, renderer } = given;
  const settings = policies.settings.body;
  const { asked } = result;
  const orderIds = [...new Set(asked.map(({ orderId }) => orderId))];
  const [reference, read] = await Promise.all([
    referenceOf(tx, { customerId: customer.id, orderIds, asked: askedByOrder(asked), now }),
    letterDataOf(tx, result, given),
  ]);
  const data = { ...read, reference };
  await writeLetter(tx, mail, {
    ...{ tone: data.tone, payBy: asked.every(({ exact }) => exact) ? null : data.deadline, reference },
    items: asked,
  });
  const { subject, html, text: plain } = renderer.renderLetter(customer.locale, data);
  const replyTo = replyAddress(customer, settings);
  return {
    locale: customer.locale,
    recipient: recipientOf(reminderAddresses(customer), result.facts.undeliverable),
    copyTo: null,
    replyTo,
    subject,
    html,
    plain,
  };
}

/** What the payer is asked for each order: a letter about something late only mentions what is coming due. */
function askedByOrder(asked: readonly AskedItem[]): Record<string, number> {
  const late = asked.filter(({ tone }) => isOverdueTone(tone));
  const amounts = new Map<string, number>();
  for (const { orderId, asked: amount } of late.length > 0 ? late : asked)
    amounts.set(orderId, (amounts.get(orderId) ?? 0) + amount);
  return Object.fromEntries(amounts);
}

/** What a letter about these items says. */
async function letterDataOf(
  tx: Tx,
  { asked, facts, reserves }: LookResult,
  { customer, policies, now }: Looking,
): Promise<Omit<LetterData, 'reference'>> {
  const settings = policies.settings.body;
  const { timeZone } = settings;
  const today = dayAt(now, timeZone);
  const tone = sharpest(asked.map((item) => item.tone));
  const late = isOverdueTone(tone);
  const orderIds = asked.map(({ orderId }) => orderId);
  const dueFrom = asked.map(({ dueOn }) => dueOn).sort()[0]!;
  const currencies = [...new Set(asked.map(({ currency }) => currency))];
  const [documents, accounts, brokenPromise, lastLettersOn] = await Promise.all([
    askedDocuments(tx, asked, { now, zone: timeZone }),
    Promise.all(currencies.map((currency) => accountFor(tx, currency, { customer, settings, now }))),
    brokenPromiseOf(tx, customer.id, { orderIds, dueFrom, zone: timeZone }),
    lateLettersOn(tx, asked),
  ]);
  return {
    tone,
    company: settings.company,
    customerName: customer.name,
    attention: null,
    items: late ? documents.filter((item) => isOverdueTone(item.tone)) : documents,
    dueSoon: late && tone !== 'final' ? documents.filter((item) => !isOverdueTone(item.tone)) : [],
    deadline: late ? deadlineFor(asked, tone, { policies, today }) : null,
    today,
    accounts: accounts.flatMap((account) => account ?? []),
    fee: tone === 'returned' ? await feeOf(tx, asked, documents) : null,
    creditHeld: facts.credit
      .filter(({ currency }) => asked.some((item) => item.currency === currency))
      .map(({ amount, currency }) => ({ amount, currency })),
    brokenPromise,
    lastLettersOn,
    termsBlocked: privilegeAt(customer, now) !== 'by_rules' && privilegeAt(customer, now) !== 'granted',
    lateInterestLaw: policies['late-interest'].body.enabled,
    disputedPart: asked.some(({ disputed }) => disputed > 0) || reserves.disputes.length > 0,
    sender: { name: customer.accountManager?.name ?? null, phone: null },
    replyTo: replyAddress(customer, settings),
  };
}

/** Where the customer pays in a currency; null if the merchant has no account of it. */
async function accountFor(
  tx: Tx,
  currency: string,
  { customer, settings, now }: Pick<Looking, 'customer' | 'now'> & { settings: Settings },
): Promise<LetterAccount | null> {
  const account = await paidInto(tx, { customerId: customer.id, currency, settings, now });
  return account && { currency, holder: account.holder, iban: account.iban, bic: account.bic };
}

/** By the letter's tone, but never before the day that an earlier letter named for one of the items. */
function deadlineFor(
  asked: readonly AskedItem[],
  tone: LetterTone,
  { policies, today }: Pick<Looking, 'policies'> & { today: Day },
): Day {
  const { planCode } = asked.find((item) => item.tone === tone)!;
  const days = payWithinOf(policies.dunning.body, planCode, tone) ?? 0;
  const own = deadlineOf(today, days, policies.settings.body.country);
  return [own, ...asked.flatMap(({ lastPayBy }) => lastPayBy ?? [])].sort().at(-1)!;
}

/** What banks charged for the collections that came back, as far as it was not waived; null if it is nothing. */
async function feeOf(
  tx: Tx,
  asked: readonly AskedItem[],
  documents: LetterData['items'],
): Promise<LetterData['fee']> {
  const returned = asked.filter(({ tone }) => tone === 'returned');
  const { currency } = returned[0]!;
  const own = returned.filter((item) => item.currency === currency);
  const costs = documents
    .filter(({ tone }) => tone === 'returned')
    .flatMap(({ lines }) =>
      lines.filter(({ kind, amount }) => kind === 'costs' && amount.currency === currency),
    );
  const owed = costs.reduce((sum, { amount }) => sum + amount.amount, 0);
  const amount = Math.min(await returnFees(tx, own), owed);
  return amount > 0 ? { amount, currency } : null;
}

/** The days of former letters about these items that said they were late, the earliest first. */
async function lateLettersOn(tx: Tx, asked: readonly AskedItem[]): Promise<Day[]> {
  const rows = await tx<{ leftOn: Day }[]>`
    select distinct l.left_on from letter_items i join letters l on l.mail_id = i.mail_id
    where (i.order_id, i.instalment) in (select * from unnest(${asked.map(({ orderId }) => orderId)}::text[],
      ${asked.map(({ instalment }) => instalment)}::int[])) and l.left_on is not null and i.tone not in ('due-soon', 'due')
    order by l.left_on`;
  return rows.map(({ leftOn }) => leftOn);
}

async function askForApproval(tx: Tx, { id, customerId }: MailRow, { now }: Composing): Promise<void> {
  await noteNotApproved(tx, id);
  await openTask(tx, {
    ...{ kind: 'approve-letter', customerId, orderId: null, detail: { letterId: id } },
    ...{ openedAt: now, openedBy: 'system' },
  });
}

/** One webhook for each order that the letter is about. */
async function tellStore(
  tx: Tx,
  { id: letterId, customerId }: MailRow,
  { tone, items, now }: { tone: LetterTone; items: readonly LetterItemRow[]; now: Instant },
): Promise<void> {
  const eventAbout = (orderId: string): NewEvent => {
    const own = items.filter((item) => item.orderId === orderId);
    const amount = own.reduce((sum, { asked }) => sum + asked, 0);
    return {
      ...{ id: `letter-${letterId}.sent.${orderId}`, type: 'reminder.sent', orderId, customerId },
      data: {
        ...{ letterId, tone, instalments: own.map(({ instalment }) => instalment) },
        asked: { amount, currency: own[0]!.currency },
      },
    };
  };
  const orderIds = [...new Set(items.map((item) => item.orderId))].sort();
  await Promise.all(
    orderIds.map((orderId) => recordEvent(tx, eventAbout(orderId), { at: now, notifiesStore: true })),
  );
}
