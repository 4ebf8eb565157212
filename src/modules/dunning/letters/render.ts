import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import mjml2html from 'mjml';
import { type Language, languages, localeFor, sayIn } from '../../../kernel/language.ts';
import { type Content, contentOf, type MailData, type TemplateName, templateNames } from './content.ts';
import { type DemandData, demandContentOf } from './demand.ts';
import { type LetterContent, type LetterData, letterContentOf } from './letter.ts';
import { type Reader, readTexts } from './messages.ts';
import { plainLetter, plainText } from './plain-text.ts';
import { type ReceiptData, receiptContentOf } from './receipt.ts';

export type { MailData, TemplateName } from './content.ts';
export type { DemandData } from './demand.ts';
export type { LetterData } from './letter.ts';
export type { ReceiptData } from './receipt.ts';

const formNames = [...templateNames, 'demand'] as const;
type FormName = (typeof formNames)[number];

export type RenderedMail = { readonly subject: string; readonly html: string; readonly text: string };

export type Renderer = {
  /** A letter in the reader's language (English if there are no texts in it), with both parts complete. */
  render(template: TemplateName, locale: string, data: MailData): RenderedMail;
  /** The letter of a revocation, likewise. */
  renderDemand(locale: string, data: DemandData): RenderedMail;
  /** The receipt of a payment over several orders, likewise. */
  renderReceipt(locale: string, data: ReceiptData): RenderedMail;
  /**
   * A letter over many items of a customer, likewise.
   * @throws Error if the data contradicts itself: see letterContentOf
   */
  renderLetter(locale: string, data: LetterData): RenderedMail;
};

/**
 * Compiles the templates once, so that MJML does not run for each mail. Handlebars fills them with escaped values, and
 * refuses a placeholder without a value.
 * @throws Error if a template is not valid MJML, or a part of it is missing
 */
export async function createRenderer(): Promise<Renderer> {
  const forms = new Map(
    await Promise.all(
      formNames.map(
        async (name) => [name, Handlebars.compile<Content>(await htmlOf(name), { strict: true })] as const,
      ),
    ),
  );
  const letterForm = Handlebars.compile<LetterContent>(await htmlOf('letter'), { strict: true });
  const readers = Object.fromEntries(
    languages.map((language) => [language, { texts: readTexts(language), say: sayIn(language) }]),
  ) as Record<Language, { texts: ReturnType<typeof readTexts>; say: ReturnType<typeof sayIn> }>;

  const readerOf = (locale: string): Reader => {
    const reader = localeFor(locale);
    return { ...reader, ...readers[reader.language] };
  };
  const shape = (form: FormName, content: Content): RenderedMail => ({
    subject: content.subject,
    html: forms.get(form)!(content),
    text: plainText(content),
  });
  return {
    render: (template, locale, data) => shape(template, contentOf(template, data, readerOf(locale))),
    renderDemand: (locale, data) => shape('demand', demandContentOf(data, readerOf(locale))),
    renderReceipt: (locale, data) => shape('settled', receiptContentOf(data, readerOf(locale))),
    renderLetter: (locale, data) => {
      const content = letterContentOf(data, readerOf(locale));
      return { subject: content.subject, html: letterForm(content), text: plainLetter(content) };
    },
  };
}

async function htmlOf(name: FormName | 'letter'): Promise<string> {
  const file = new URL(`./templates/${name}.mjml`, import.meta.url);
  const { html } = await mjml2html(await readFile(file, 'utf8'), {
    validationLevel: 'strict',
    filePath: fileURLToPath(file),
    ignoreIncludes: false,
    // MJML's own list would load fonts from Google as soon as a template names one of them.
    fonts: {},
  });
  // MJML reports no error if it cannot read a partial, not even in strict mode: it puts this comment in its place.
  if (html.includes('<!-- mj-include')) throw new Error(`a part of the template ${name} cannot be read`);
  // The indentation would be repeated for each item of a letter, and some mail programs cut a message at 102 KB.
  return html.replace(/\n\s+/g, '\n');
}
