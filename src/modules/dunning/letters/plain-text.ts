import type { Content, Row } from './content.ts';
import type { LetterContent, Paragraph } from './letter.ts';
import type { ItemGroup, ItemRow } from './letter-items.ts';

const WIDTH = 76;

/** The text part of a mail: the whole content, for readers without HTML. */
export function plainText(content: Content): string {
  const { company, heading, greeting, paragraphs, rows, payment, alreadyPaid, signOff, contact } = content;
  const blocks = [
    company,
    `${heading}\n${'='.repeat(Math.min(heading.length, WIDTH))}`,
    wrap(greeting),
    ...paragraphs.map(({ text }) => wrap(text)),
    table(rows),
    ...(payment
      ? [
          `${payment.title}\n${'-'.repeat(payment.title.length)}\n${wrap(payment.how)}`,
          table(payment.details),
        ]
      : []),
    ...(alreadyPaid ? [wrap(alreadyPaid)] : []),
    `${signOff}\n${company}`,
    `-- \n${wrap(contact)}\n${wrap(content.automatic)}`,
  ];
  return joined(blocks);
}

/** The text part of a letter over many items: the same as its HTML, in the same order. */
export function plainLetter(letter: LetterContent): string {
  const { company, heading, greeting, table: items, payment, signOff, signature, contact } = letter;
  const texts = (paragraphs: readonly Paragraph[]) =>
    paragraphs.map(({ spans }) => wrap(spans.map(({ text }) => text).join('')));
  const payable = [`${payment.title}\n${'-'.repeat(payment.title.length)}`, table(payment.details)];
  if (payment.how !== '') payable.splice(1, 0, wrap(payment.how));
  return joined([
    company,
    `${wrap(heading)}\n${'='.repeat(Math.min(heading.length, WIDTH))}`,
    greeting.map(wrap).join('\n'),
    ...texts(letter.opening),
    ...items.sections.flatMap(({ groups, totals }) => [
      ...groups.flatMap(group),
      ...(totals.length > 0 ? [table(totals)] : []),
    ]),
    ...texts(letter.request),
    payable.join('\n'),
    ...texts(letter.closing),
    [signOff, ...signature].join('\n'),
    `-- \n${wrap(contact)}`,
  ]);
}

const group = ({ heading, items }: ItemGroup): string[] => [
  ...(heading === null ? [] : [`${heading}\n${'-'.repeat(Math.min(heading.length, WIDTH))}`]),
  ...items.map(item),
];

function item({ document, notes, cells, amount, lines }: ItemRow): string {
  const rows = [
    ...cells
      .filter(({ lines }) => lines.length > 0)
      .map(({ label, lines }) => ({ label, value: lines.join(', ') })),
    amount,
    ...lines,
  ];
  return `${wrap([document.join(', '), ...notes].join(', '))}\n${table(rows).replace(/^/gm, '  ')}`;
}

const joined = (blocks: readonly string[]): string =>
  `${blocks.join('\n\n').replaceAll('\u00a0', ' ').replaceAll('\u202f', ' ')}\n`;

function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ label }) => label.length)) + 3;
  return rows.map(({ label, value }) => `${`${label}:`.padEnd(width)}${value}`).join('\n');
}

/** Breaks at plain spaces only, so that an amount stays with its currency. */
function wrap(text: string): string {
  return text.split(' ').reduce((lines, word) => {
    const line = lines.slice(lines.lastIndexOf('\n') + 1);
    if (line === '') return lines + word;
    return line.length + 1 + word.length > WIDTH ? `${lines}\n${word}` : `${lines} ${word}`;
  }, '');
}
