import { dateFormat } from '../../../kernel/formats.ts';
import { formatAmount, formatMoney } from '../../../kernel/money.ts';
import type { Settings } from '../../settings/rules/settings.ts';
import { type Statement, sumOf } from '../rules/statement.ts';
import { createPdf, type Row } from './pdf.ts';
import { readerFor } from './texts.ts';

/** The statement as a customer receives it, in their language. */
export async function statementPdf(
  statement: Statement,
  { company, iban }: Pick<Settings, 'company' | 'iban'>,
): Promise<Buffer> {
  const { customer, currency, from, to, asOf, opening, lines, closing, openItems } = statement;
  const { unapplied, accruedInterest } = statement;
  const { locale, texts, say } = readerFor(customer.locale);
  const { columns, kinds } = texts;
  const amountOf = (amount: number) => formatAmount({ amount, currency }, locale);
  const moneyOf = (amount: number) => formatMoney({ amount, currency }, locale);
  const dates = dateFormat(locale, {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    timeZone: 'UTC',
  });
  const dayOf = (day: string) => dates.format(new Date(`${day}T00:00:00Z`));
  const someOf = (amount: number) => (amount === 0 ? '' : amountOf(amount));

  const pdf = createPdf({ title: `${texts.title}: ${customer.name}`, author: company, lang: locale });
  pdf.paragraph(company, { size: 10, face: 'bold', gap: 14 });
  pdf.heading(1, texts.title);
  pdf.paragraph(say(texts.period, { from: dayOf(from), to: dayOf(to), currency }), { gap: 12 });
  pdf.paragraph(texts.to, { gap: 0 });
  pdf.paragraph(customer.name, { size: 11, face: 'bold', gap: 1 });
  if (customer.vatNumber !== null)
    pdf.paragraph(say(texts.vatNumber, { vatNumber: customer.vatNumber }), { gap: 1 });
  pdf.paragraph(say(texts.customerId, { id: customer.id }), { gap: 10 });
  const state = closing > 0 ? 'owed' : closing < 0 ? 'credit' : 'none';
  const stated = { state, asOf: dayOf(asOf), amount: moneyOf(Math.abs(closing)) };
  pdf.paragraph(say(texts.balance, stated), { size: 11, face: 'bold' });

  pdf.heading(2, texts.movements);
  const total = (on: string, label: string, balance: number): Row => ({
    cells: [dayOf(on), '', '', label, '', '', amountOf(balance)],
    face: 'bold',
  });
  pdf.table(
    [
      { head: columns.bookedOn, width: 57 },
      { head: columns.valueOn, width: 57 },
      { head: columns.document, width: 95 },
      { head: columns.kind, width: 96 },
      { head: columns.debit, width: 70, align: 'right' },
      { head: columns.credit, width: 70, align: 'right' },
      { head: columns.balance, width: 70, align: 'right' },
    ],
    [
      total(from, texts.opening, opening),
      ...lines.map(({ bookedOn, valueOn, document, kind, debit, credit, balance }) => ({
        cells: [
          ...[dayOf(bookedOn), dayOf(valueOn), document ?? '', kinds[kind]],
          ...[someOf(debit), someOf(credit), amountOf(balance)],
        ],
      })),
      total(to, texts.closing, closing),
    ],
  );

  pdf.heading(2, say(texts.openItems, { asOf: dayOf(asOf) }));
  if (openItems.length === 0) pdf.paragraph(texts.noOpenItems);
  else {
    pdf.table(
      [
        { head: columns.document, width: 130 },
        { head: columns.instalment, width: 65 },
        { head: columns.dueOn, width: 80 },
        { head: columns.daysLate, width: 80, align: 'right' },
        { head: columns.amount, width: 80, align: 'right' },
        { head: columns.outstanding, width: 80, align: 'right' },
      ],
      [
        ...openItems.map(({ document, instalment, dueOn, daysLate, amount, outstanding }) => ({
          cells: [
            ...[document, `${instalment}`, dueOn === null ? texts.provisional : dayOf(dueOn)],
            ...[daysLate === 0 ? '' : `${daysLate}`, amountOf(amount), amountOf(outstanding)],
          ],
        })),
        {
          cells: [texts.total, '', '', '', '', amountOf(sumOf(openItems, 'outstanding'))],
          face: 'bold' as const,
        },
      ],
    );
    const late = openItems.filter(({ daysLate }) => daysLate > 0);
    if (late.length > 0)
      pdf.paragraph(say(texts.overdue, { amount: moneyOf(sumOf(late, 'outstanding')) }), { face: 'bold' });
  }
  if (accruedInterest) pdf.paragraph(say(texts.accrued, { amount: moneyOf(accruedInterest) }));
  if (unapplied !== 0) pdf.paragraph(say(texts.unapplied, { amount: moneyOf(unapplied) }));
  if (closing > 0 && iban !== null) pdf.paragraph(say(texts.pay, { company, iban }));
  return pdf.finish({
    left: `${company}: ${texts.title}`,
    right: (page, pages) => say(texts.page, { page, pages }),
  });
}
