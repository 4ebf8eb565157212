import type { Day } from '../../../kernel/calendar.ts';
import { dateFormat } from '../../../kernel/formats.ts';
import { formatMoney } from '../../../kernel/money.ts';
import { plain, type Row } from './content.ts';
import type { LetterData, LetterItem } from './letter.ts';
import type { Reader } from './messages.ts';
import { documentsOf, sumsOf } from './phrases.ts';

/** Orders of one invoice that are named; the others are counted. */
const NAMED_ORDERS = 3;

/** The items of a letter: one table, a row for each item, under the headings of their groups. */
export type ItemTable = {
  /** The first column names the document, the last one the amount. */
  readonly columns: readonly Column[];
  /** The number of columns in front of the amount. */
  readonly beforeAmount: number;
  /** What the letter asks for, with the total in each currency unless the only item says it; then what is coming due. */
  readonly sections: readonly { readonly groups: readonly ItemGroup[]; readonly totals: readonly Row[] }[];
};
export type Column = { readonly label: string; readonly className: string; readonly align: 'left' | 'right' };
export type ItemGroup = { readonly heading: string | null; readonly items: readonly ItemRow[] };
export type ItemRow = {
  /** "Invoice 2026/15", and below it "instalment 2 of 3". */
  readonly document: readonly string[];
  readonly notes: readonly string[];
  /** A cell for each column between document and amount. */
  readonly cells: readonly Cell[];
  readonly amount: Row;
  /** How the amount changed, ending with what is outstanding; none if the amount is what is outstanding. */
  readonly lines: readonly (Row & { readonly last: boolean })[];
};
/** What stands in a column; dates and numbers stay on one line. */
type Cell = Column & { readonly lines: readonly string[]; readonly breaks: boolean };

type Heading = keyof Reader['texts']['letter']['items']['groups'];
const headings = ['returned', 'overdue', 'today', 'later'] as const satisfies readonly Heading[];

/**
 * The items asked for, those of the letter's tone first and without a heading, then what is coming due. A column that
 * would be empty is left out.
 */
export function itemTableOf(data: LetterData, comingDue: readonly LetterItem[], reader: Reader): ItemTable {
  const { items: texts } = reader.texts.letter;
  const all = [...data.items, ...comingDue];
  const columns = middleColumns.filter(({ valuesIn }) =>
    all.some((item) => valuesIn(item, reader).length > 0),
  );
  const label = (name: 'document' | 'amount', align: Column['align']): Column => ({
    label: texts[name],
    className: name,
    align,
  });
  const rowOf = (item: LetterItem): ItemRow => ({
    ...documentOf(item, reader),
    cells: columns.map(({ valuesIn, ...column }) => ({
      ...columnOf(column, reader),
      lines: valuesIn(item, reader),
      breaks: column.name === 'yourOrder',
    })),
    ...amountsOf(item, reader),
  });
  const main = mainItemsOf(data);
  const others = data.items.filter((item) => !main.includes(item));
  const groups = headings
    .map((heading) => ({
      heading: texts.groups[heading],
      items: others.filter((item) => headingOf(item, data.today) === heading).map(rowOf),
    }))
    .filter(({ items }) => items.length > 0);
  const sums = sumsOf(data.items.map(({ outstanding }) => outstanding));
  const totals = sums.map((sum) => ({ label: texts.total, value: formatMoney(sum, reader.locale) }));
  const single = data.items.length === 1 && comingDue.length === 0;
  return {
    columns: [
      label('document', 'left'),
      ...columns.map((column) => columnOf(column, reader)),
      label('amount', 'right'),
    ],
    beforeAmount: columns.length + 1,
    sections: [
      { groups: [{ heading: null, items: main.map(rowOf) }, ...groups], totals: single ? [] : totals },
      ...(comingDue.length > 0
        ? [{ groups: [{ heading: texts.groups.dueSoon, items: comingDue.map(rowOf) }], totals: [] }]
        : []),
    ],
  };
}

/** The items of the letter's own tone, which its sentences are about. */
export function mainItemsOf({ items, tone }: Pick<LetterData, 'items' | 'tone'>): readonly LetterItem[] {
  const own = items.filter((item) => item.tone === tone);
  return own.length > 0 ? own : items;
}

function headingOf({ tone, dueOn }: LetterItem, today: Day): (typeof headings)[number] {
  if (tone === 'returned') return 'returned';
  return dueOn < today ? 'overdue' : dueOn === today ? 'today' : 'later';
}

type MiddleColumn = Omit<Column, 'label'> & {
  readonly name: 'yourOrder' | 'issuedOn' | 'dueOn' | 'daysLate';
  readonly valuesIn: (item: LetterItem, reader: Reader) => string[];
};

const middleColumns: readonly MiddleColumn[] = [
  {
    name: 'yourOrder',
    className: 'order',
    align: 'left',
    valuesIn: (item, reader) => yourOrders(item, reader),
  },
  {
    name: 'issuedOn',
    className: 'issued',
    align: 'left',
    valuesIn: ({ invoices }, { locale }) => [
      ...new Set(invoices.map(({ issuedOn }) => shortDay(issuedOn, locale))),
    ],
  },
  {
    name: 'dueOn',
    className: 'due',
    align: 'left',
    valuesIn: ({ dueOn }, { locale }) => [shortDay(dueOn, locale)],
  },
  {
    name: 'daysLate',
    className: 'late',
    align: 'right',
    valuesIn: ({ daysLate }) => (daysLate > 0 ? [String(daysLate)] : []),
  },
];

const columnOf = (
  { name, className, align }: Pick<MiddleColumn, 'name' | 'className' | 'align'>,
  { texts }: Reader,
): Column => ({ label: texts.letter.items[name], className, align });

/** The customer's own order numbers; where they are not known and an invoice is asked for, ours. */
function yourOrders(item: LetterItem, { say, texts }: Reader): string[] {
  const orders = item.orders.length > 0 ? item.orders : [item];
  const numbers = orders.flatMap(
    ({ purchaseOrder, orderNumber }) =>
      purchaseOrder ?? (item.invoices.length > 0 && orderNumber !== null ? orderNumber : []),
  );
  const distinct = [...new Set(numbers.map(plain))];
  const more = distinct.length - NAMED_ORDERS;
  return more > 0
    ? [...distinct.slice(0, NAMED_ORDERS), say(texts.letter.items.more, { count: more })]
    : distinct;
}

function documentOf(item: LetterItem, { say, texts }: Reader): Pick<ItemRow, 'document' | 'notes'> {
  const { items } = texts.letter;
  const { kind, numbers } = documentsOf(item);
  const name = kind === 'invoices' ? items.invoice : items.order;
  const { instalment, collection } = item;
  const notes = instalment === null ? [] : [say(items.instalment, instalment)];
  if (collection !== 'transfer' && item.tone !== 'returned')
    notes.push(say(items.collected, { collection: texts.collections[collection] }));
  return { document: numbers.map((number) => say(name, { number })), notes };
}

/** @throws Error if the lines do not add up to what is outstanding: such a letter must not leave */
function amountsOf(item: LetterItem, { locale, texts }: Reader): Pick<ItemRow, 'amount' | 'lines'> {
  const { items } = texts.letter;
  const { lines, outstanding } = item;
  const sum = lines.reduce((amount, line) => amount + line.amount.amount, 0);
  if (
    lines.length > 0 &&
    (sum !== outstanding.amount || lines.some(({ amount }) => amount.currency !== outstanding.currency))
  )
    throw new Error(`the lines of order ${item.orderId} do not add up to what is outstanding`);
  const owed = formatMoney(outstanding, locale);
  const total = lines.find(({ kind }) => kind === 'total');
  if (total === undefined || lines.length === 1)
    return { amount: { label: items.amount, value: owed }, lines: [] };
  const changes = lines
    .filter((line) => line !== total)
    .map(({ kind, amount }) => ({
      label: items.lines[kind],
      value: formatMoney(amount, locale),
      last: false,
    }));
  return {
    amount: { label: items.amount, value: formatMoney(total.amount, locale) },
    lines: [...changes, { label: items.outstanding, value: owed, last: true }],
  };
}

/** "30/10/2026": as short as a column needs it. */
const shortDay = (day: Day, locale: string): string =>
  dateFormat(locale, {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(`${day}T00:00:00Z`));
