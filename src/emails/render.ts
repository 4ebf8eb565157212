import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import mjml2html from 'mjml';
import { type Content, contentOf, type MailData, type TemplateName, templateNames } from './content.ts';
import { type Language, languages, localeFor, readTexts, sayIn } from './messages.ts';
import { plainText } from './plain-text.ts';

export type { MailData, TemplateName } from './content.ts';

export type RenderedMail = { readonly subject: string; readonly html: string; readonly text: string };

export type Renderer = {
  /** A mail in the reader's language (English where there is none), with both parts complete. */
  render(template: TemplateName, locale: string, data: MailData): RenderedMail;
};

/**
 * Compiles the templates once, so that MJML does not run per mail; Handlebars fills them with escaped values, and
 * refuses a placeholder that has none.
 * @throws Error if a template is not valid MJML, or a part of it is missing
 */
export async function createRenderer(): Promise<Renderer> {
  const forms = new Map(
    await Promise.all(
      templateNames.map(
        async (name) => [name, Handlebars.compile<Content>(await htmlOf(name), { strict: true })] as const,
      ),
    ),
  );
  const readers = Object.fromEntries(
    languages.map((language) => [language, { texts: readTexts(language), say: sayIn(language) }]),
  ) as Record<Language, { texts: ReturnType<typeof readTexts>; say: ReturnType<typeof sayIn> }>;

  return {
    render(template, locale, data) {
      const reader = localeFor(locale);
      const content = contentOf(template, data, { ...reader, ...readers[reader.language] });
      return {
        subject: content.subject,
        html: forms.get(template)!(content),
        text: plainText(content),
      };
    },
  };
}

async function htmlOf(name: TemplateName): Promise<string> {
  const file = new URL(`./templates/${name}.mjml`, import.meta.url);
  const { html } = await mjml2html(await readFile(file, 'utf8'), {
    validationLevel: 'strict',
    filePath: fileURLToPath(file),
    ignoreIncludes: false,
  });
  // A partial that cannot be read is no error to MJML, not even in strict mode: it leaves this comment in its place.
  if (html.includes('<!-- mj-include')) throw new Error(`a part of the template ${name} cannot be read`);
  return html;
}
