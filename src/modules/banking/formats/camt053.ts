import { minorDigits } from '../../../kernel/money.ts';
import { joinedTexts, ownReference, type StatementLine } from '../rules/statement-line.ts';
import { readAmount } from '../rules/table/amounts.ts';
import { isCurrency } from '../rules/table/currencies.ts';
import { readDay } from '../rules/table/days.ts';
import type { LineStatus } from '../rules/table/words.ts';
import type { Format, ReadEntry, ReadingContext, StatementContent } from './format.ts';
import { textOf } from './text.ts';
import { all, type Element, elementsIn, firstText } from './xml.ts';

/** The bank's statement by ISO 20022, versions .02 and later, also in the envelope of the Italian CBI. */
export const camt053: Format = {
  name: 'camt.053',
  recognises: (file) => {
    const start = startOf(file);
    return /^[^\w<]*<[?!A-Za-z]/.test(start) && /<(?:\w+:)?(?:BkToCstmrStmt|CBI\w*Stmt\w*)\b/.test(start);
  },
  read: (file, context) => {
    const { encoding, text } = textOf(file);
    return { ...statementsIn(text, context), encoding };
  },
};

/** The beginning of a file, in whatever encoding. */
const startOf = (file: Buffer): string => file.subarray(0, 8_192).toString('latin1').replaceAll('\0', '');

/** The entries of all statements of a file. */
function statementsIn(text: string, context: ReadingContext): Omit<StatementContent, 'encoding'> {
  const entries: ReadEntry[] = [];
  const closedOn: Record<string, string> = {};
  let account: string | null = null;
  elementsIn(text, ['Acct', 'Bal', 'Ntry'], (element, line, within) => {
    if (within.at(-1) !== 'Stmt') return;
    if (element.name === 'Acct') account = firstText(element, 'Id/IBAN')?.replaceAll(' ', '') ?? null;
    else if (element.name === 'Bal') {
      const day = dayIn(element, 'Dt', context);
      const closing = ['CLBD', 'PRCD'].includes(firstText(element, 'Tp/CdOrPrtry/Cd') ?? '');
      if (account !== null && closing && day !== null && day > (closedOn[account] ?? ''))
        closedOn[account] = day;
    } else entries.push(...linesOf(element, account, line, context));
  });
  const version = /camt\.053\.\d{3}\.\d{2}/.exec(text.slice(0, 8_192))?.[0] ?? 'CBI';
  return { kind: 'statements', version, entries, closedOn };
}

const statuses: Readonly<Record<string, LineStatus>> = {
  BOOK: 'booked',
  PDNG: 'pending',
  FUTR: 'pending',
  INFO: 'pending',
};
/** Bank transaction codes of money that comes back: unpaid direct debits and cheques, returned transfers. */
const RETURNS = ['UPDD', 'PRDD', 'RRTN', 'ARET', 'UPCQ', 'RPCR'];

/**
 * One line for the entry; one for each transaction in it where their amounts, each with its side, add up to the entry's.
 * The entry's side is the account's: where a lone transaction says the other one, it speaks of the original payment.
 */
function linesOf(
  entry: Element,
  account: string | null,
  number: number,
  context: ReadingContext,
): ReadEntry[] {
  const details = all(entry, 'NtryDtls/TxDtls');
  const amount = amountIn(all(entry, 'Amt')[0]);
  const side = firstText(entry, 'CdtDbtInd');
  const parts = details.map((detail) => ({
    details: [detail],
    amount: amountIn(all(detail, 'Amt')[0] ?? all(detail, 'AmtDtls/TxAmt/Amt')[0]),
    side: firstText(detail, 'CdtDbtInd') ?? side,
  }));
  const sum = parts.reduce(
    (total, part) => total + (part.side === side ? 1 : -1) * (part.amount?.minor ?? Number.NaN),
    0,
  );
  const sameCurrency = parts.every((part) => part.amount?.currency === amount?.currency);
  const divided = parts.length > 1 && amount !== null && sameCurrency && sum === amount.minor;
  const whole = { details: isAllOf(entry, details, amount) ? details : [], amount, side };
  return (divided ? parts : [whole]).map((part) => lineOf(entry, part, { account, number }, context));
}

/**
 * Whether the transactions of an entry are all of it: a lone one with another amount, or one of several that are not
 * here, says nothing of the payer and the reference of the rest. What the bank charged may differ.
 */
function isAllOf(entry: Element, details: readonly Element[], amount: Amount | null): boolean {
  const count = Number(firstText(entry, 'NtryDtls/Btch/NbOfTxs') ?? details.length);
  if (count > details.length) return false;
  const [detail, ...more] = details;
  const own = detail && amountIn(all(detail, 'Amt')[0] ?? all(detail, 'AmtDtls/TxAmt/Amt')[0]);
  if (!detail || more.length > 0 || !own || !amount || own.currency !== amount.currency) return true;
  const charges = ['Chrgs/Rcrd/Amt', 'Chrgs/Amt', 'Chrgs/TtlChrgsAndTaxAmt'].flatMap((path) =>
    [entry, detail].flatMap((element) => all(element, path)),
  );
  const difference = Math.abs(own.minor - amount.minor);
  const isReturn = all(detail, 'RtrInf').length > 0;
  return difference === 0 || isReturn || charges.some((charge) => amountIn(charge)?.minor === difference);
}

function lineOf(
  entry: Element,
  { details, amount, side }: { details: readonly Element[]; amount: Amount | null; side: string | null },
  { account, number }: { account: string | null; number: number },
  context: ReadingContext,
): ReadEntry {
  const first = (...paths: string[]) =>
    details.map((detail) => firstText(detail, ...paths)).find((text) => text) ?? null;
  const texts = (path: string) => details.flatMap((detail) => all(detail, path).map(({ text }) => text));
  const own = ownReference(firstText(entry, 'AcctSvcrRef')) ?? '';
  const wrong = (problem: string): ReadEntry => ({
    number,
    raw: `${own} ${texts('RmtInf/Ustrd').join(' ')}`.trim(),
    problem,
  });

  if (side !== 'CRDT' && side !== 'DBIT') return wrong('CdtDbtInd is neither CRDT nor DBIT.');
  if (amount === null) return wrong('Amt is not an amount with a currency.');
  if (amount.minor === 0) return wrong('Amt is zero.');
  const given = firstText(entry, 'Sts/Cd', 'Sts/Prtry', 'Sts');
  const code = given ?? (all(entry, 'Sts').length === 0 ? 'BOOK' : 'empty');
  const status = statuses[code];
  if (status === undefined)
    return wrong(`Sts is ${code}, which is not one of ${Object.keys(statuses).join(', ')}.`);
  const booked = dayIn(entry, 'BookgDt', context);
  const value = dayIn(entry, 'ValDt', context);
  if (booked === null && value === null) return wrong('It has neither a BookgDt nor a ValDt.');

  const direction = side === 'CRDT' ? 'credit' : 'debit';
  const returned =
    first('RtrInf/Rsn/Cd', 'RtrInf/Rsn/Prtry', 'RtrInf/AddtlInf') ??
    (/^(true|1)$/.test(firstText(entry, 'RvslInd') ?? '') && direction === 'debit' ? 'reversal' : null) ??
    [firstText(entry, 'BkTxCd/Domn/Fmly/SubFmlyCd'), first('BkTxCd/Domn/Fmly/SubFmlyCd')].find(
      (one) => one !== null && RETURNS.includes(one) && direction === 'debit',
    ) ??
    null;
  const payer = partyIn(details, direction, returned !== null, account);
  const line: StatementLine = {
    ...{ account, direction, status, returned },
    bookedOn: booked ?? value!,
    valueOn: value ?? booked!,
    amount: amount.minor,
    currency: amount.currency,
    reference: joinedTexts([
      ...texts('RmtInf/Ustrd'),
      ...texts('RmtInf/Strd/CdtrRefInf/Ref'),
      ...texts('RmtInf/Strd/RfrdDocInf/Nb'),
      ...texts('RmtInf/Strd/AddtlRmtInf'),
      ...texts('AddtlTxInf'),
      ...texts('Refs/EndToEndId').flatMap((id) => ownReference(id) ?? []),
      ...(details.length === 1
        ? [firstText(entry, 'AddtlNtryInf') ?? '']
        : all(entry, 'AddtlNtryInf').map(({ text }) => text)),
    ]),
    payer: (payer.name ?? '').slice(0, 300),
    payerIban: payer.iban?.replaceAll(' ', '') ?? null,
    bankReference: ownReference(first('Refs/AcctSvcrRef')) ?? ownReference(firstText(entry, 'AcctSvcrRef')),
    fee: feeIn(entry, details, amount, returned !== null),
  };
  return { number, raw: JSON.stringify(line), line };
}

/** Who is on the other side: of incoming and of returned money the debtor, unless that is the account itself. */
function partyIn(
  details: readonly Element[],
  direction: 'credit' | 'debit',
  returned: boolean,
  account: string | null,
): { name: string | null; iban: string | null } {
  // The payers of several transactions in one amount are not one payer.
  if (details.length !== 1) return { name: null, iban: null };
  const parties = all(details[0]!, 'RltdPties')[0];
  if (!parties) return { name: null, iban: null };
  const of = (party: string) => ({
    name: firstText(
      parties,
      ...[`${party}/Pty/Nm`, `${party}/Nm`, `Ultmt${party}/Pty/Nm`, `Ultmt${party}/Nm`, `${party}Acct/Nm`],
      `${party}/Agt/FinInstnId/Nm`,
    ),
    iban: firstText(parties, `${party}Acct/Id/IBAN`),
  });
  const [debtor, creditor] = [of('Dbtr'), of('Cdtr')];
  const initiating = { name: firstText(parties, 'InitgPty/Pty/Nm', 'InitgPty/Nm'), iban: null };
  const isOther = ({ name, iban }: { name: string | null; iban: string | null }) =>
    (name !== null || iban !== null) && (iban === null || iban.replaceAll(' ', '') !== account);
  const order =
    direction === 'credit' || returned ? [debtor, initiating, creditor] : [creditor, debtor, initiating];
  return order.find(isOther) ?? { name: null, iban: null };
}

/** What the bank charged: its charges, or what a return takes more than the amount that was first collected. */
function feeIn(
  entry: Element,
  details: readonly Element[],
  amount: Amount,
  returned: boolean,
): number | null {
  const charges = [entry, ...details]
    .flatMap((element) => [
      ...all(element, 'Chrgs/Rcrd'),
      ...all(element, 'Chrgs').filter((one) => all(one, 'Amt').length > 0),
    ])
    .filter((charge) => firstText(charge, 'CdtDbtInd') !== 'CRDT')
    .flatMap((charge) => amountIn(all(charge, 'Amt')[0]) ?? []);
  const fee = charges
    .filter(({ currency }) => currency === amount.currency)
    .reduce((sum, { minor }) => sum + minor, 0);
  if (fee > 0) return fee;
  const instructed = details.length === 1 ? amountIn(all(details[0]!, 'AmtDtls/InstdAmt/Amt')[0]) : null;
  const more = instructed?.currency === amount.currency ? amount.minor - instructed.minor : 0;
  return returned && more > 0 ? more : null;
}

type Amount = { minor: number; currency: string };

function amountIn(element: Element | undefined): Amount | null {
  const currency = element?.attributes.Ccy ?? '';
  if (!element || !isCurrency(currency)) return null;
  const read = readAmount(element.text, { decimal: '.', currency });
  // Not grouped: "1.220" has a third decimal, which only some currencies have.
  const decimals = element.text.trim().split('.')[1]?.replace(/0+$/, '') ?? '';
  return 'minor' in read && read.minor >= 0 && decimals.length <= minorDigits(currency)
    ? { minor: read.minor, currency }
    : null;
}

/** A day, or the day of a moment as the bank wrote it; some banks write a zone behind the day. */
function dayIn(element: Element, path: string, { zone }: ReadingContext): string | null {
  const text = firstText(element, `${path}/Dt`, `${path}/DtTm`);
  if (text === null) return null;
  const day = /^(\d{4}-\d{2}-\d{2})(?:[+-]\d{2}:\d{2}|Z)?$/.exec(text)?.[1];
  return readDay(day ?? text, 'yyyy-MM-dd', zone);
}
