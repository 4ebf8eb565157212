import { SaxesParser } from 'saxes';
import { UnreadableFile } from './format.ts';

/** An element of XML by its local name, whatever its namespace's prefix is. */
export type Element = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
};

const MAX_DEPTH = 64;
/** How much text goes to the parser at once. */
const PIECE = 1024 * 1024;

/**
 * Reads a document, and hands on each element whose name `wanted` gives, with everything in it, with the line on which it
 * begins. Only such elements are kept, and only until they are handed on. A wanted element inside another one is part of
 * it. A document type is refused: it could name entities that are files, or that never end.
 * @throws UnreadableFile
 */
export function elementsIn(
  text: string,
  wanted: readonly string[],
  found: (element: Element, line: number, within: readonly string[]) => void,
): void {
  const parser = new SaxesParser({ xmlns: false, position: true });
  const open: string[] = [];
  const kept: Element[] = [];
  let began = 1;
  const wrong = (problem: string): never => {
    throw new UnreadableFile(`Line ${parser.line} of the XML: ${problem}`);
  };
  parser.on('doctype', () => wrong('a document type (DOCTYPE) is not accepted.'));
  parser.on('error', ({ message }) => wrong(message.replace(/^\d+:\d+: /, '')));
  parser.on('opentag', ({ name, attributes }) => {
    const local = name.slice(name.indexOf(':') + 1);
    open.push(local);
    if (open.length > MAX_DEPTH) wrong(`elements are nested more than ${MAX_DEPTH} deep.`);
    if (kept.length === 0 && !wanted.includes(local)) return;
    if (kept.length === 0) began = parser.line;
    const element: Element = {
      name: local,
      attributes: attributes as Record<string, string>,
      children: [],
      text: '',
    };
    kept.at(-1)?.children.push(element);
    kept.push(element);
  });
  const addText = (more: string) => {
    const element = kept.at(-1);
    if (element) element.text += more;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    open.pop();
    const element = kept.pop();
    if (element && kept.length === 0) found(element, began, open);
  });
  for (let at = 0; at < text.length; at += PIECE) parser.write(text.slice(at, at + PIECE));
  parser.close();
}

/** The elements at a path such as "RltdPties/Dbtr/Nm", in all branches. */
export function all(element: Element, path: string): Element[] {
  return path
    .split('/')
    .reduce<Element[]>(
      (found, name) => found.flatMap(({ children }) => children.filter((child) => child.name === name)),
      [element],
    );
}

/** The first text at one of these paths that is not empty; null if there is none. */
export function firstText(element: Element, ...paths: readonly string[]): string | null {
  for (const path of paths)
    for (const { text } of all(element, path)) if (text.trim() !== '') return text.trim();
  return null;
}
