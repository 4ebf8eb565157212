/** What a template is filled with. A list repeats its block, an object or `true` shows it, null or `false` hides it. */
export type View = { readonly [name: string]: ViewValue };
type ViewValue = string | boolean | null | View | readonly View[];

type Part =
  | { readonly kind: 'markup'; readonly text: string }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'block'; readonly name: string; readonly parts: readonly Part[] };

/**
 * Compiles HTML with placeholders: `{{name}}` and `{{#name}} … {{/name}}`, a small part of Mustache. Every value is
 * escaped, and what a value contains is never read as a placeholder.
 * @throws Error if a block is not closed, and, on filling, if the view lacks a name
 */
export function compileTemplate(html: string): (view: View) => string {
  const parts = parse(html);
  return (view) => write(parts, [view]);
}

function parse(html: string): Part[] {
  const open: { name: string; parts: Part[] }[] = [{ name: '', parts: [] }];
  // The captures of split() stand between the markup: text, sign, name, text, sign, name, …
  const tokens = html.split(/\{\{([#/]?)(\w+)\}\}/);
  for (let i = 0; i < tokens.length; i += 3) {
    const [text, sign, name] = tokens.slice(i, i + 3) as [string, string?, string?];
    const block = open.at(-1)!;
    if (text) block.parts.push({ kind: 'markup', text });
    if (name === undefined) continue;
    if (sign === '#') open.push({ name, parts: [] });
    else if (sign === '') block.parts.push({ kind: 'value', name });
    else {
      if (open.length === 1 || block.name !== name) throw new Error(`{{/${name}}} closes no open block`);
      open.pop();
      open.at(-1)!.parts.push({ kind: 'block', name, parts: block.parts });
    }
  }
  if (open.length > 1) throw new Error(`{{#${open.at(-1)!.name}}} is not closed`);
  return open[0]!.parts;
}

function write(parts: readonly Part[], scopes: readonly View[]): string {
  return parts
    .map((part) => {
      if (part.kind === 'markup') return part.text;
      const value = lookUp(part.name, scopes);
      if (part.kind === 'value') {
        if (typeof value !== 'string') throw new Error(`{{${part.name}}} is not a text`);
        return escapeHtml(value);
      }
      if (value === null || value === false || value === '') return '';
      const items = Array.isArray(value)
        ? (value as readonly View[])
        : [typeof value === 'object' ? value : {}];
      return items.map((item) => write(part.parts, [item as View, ...scopes])).join('');
    })
    .join('');
}

function lookUp(name: string, scopes: readonly View[]): ViewValue {
  const scope = scopes.find((view) => Object.hasOwn(view, name));
  if (!scope) throw new Error(`nothing is named {{${name}}}`);
  return scope[name]!;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (character) => entities[character]!);
}
