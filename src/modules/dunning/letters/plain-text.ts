import type { Content } from './content.ts';

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
  return `${blocks.join('\n\n').replaceAll('\u00a0', ' ').replaceAll('\u202f', ' ')}\n`;
}

function table(rows: Content['rows']): string {
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
