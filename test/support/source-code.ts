import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the project, its path below src. */
export type Source = { readonly path: string; readonly text: string };

const src = fileURLToPath(new URL('../../src', import.meta.url));

export const readSources = (): Source[] =>
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => ({ path, text: readFileSync(`${src}/${path}`, 'utf8') }));

/** What a file imports: files as paths below src, packages by their name, Node's modules as "node:…". */
export function importsOf({ path, text }: Source): { target: string; typeOnly: boolean }[] {
  const statements = text.matchAll(/^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm);
  const dynamic = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  const found = [
    ...[...statements].map(([, type, specifier]) => ({
      specifier: specifier!,
      typeOnly: type !== undefined,
    })),
    ...[...dynamic].map(([, specifier]) => ({ specifier: specifier!, typeOnly: false })),
  ];
  return found.map(({ specifier, typeOnly }) => ({ target: targetOf(specifier, path), typeOnly }));
}

function targetOf(specifier: string, path: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier);
  if (isBuiltin(specifier)) return specifier.startsWith('node:') ? specifier : `node:${specifier}`;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** What a statement does with a table; `columns` are those that an update sets or an insert names. */
export type TableUse = { table: string; write: boolean; columns: readonly string[] | null };

/** The tables that a file's SQL templates read and write. */
export function tablesOf({ text }: Source): TableUse[] {
  const code = text.replace(/^\s*(?:\*|\/\/|\/\*).*$/gm, '');
  const templates = [...code.matchAll(/`((?:[^`\\]|\\.)*)`/g)].map(([, sql]) => sql!.replace(/--.*$/gm, ''));
  return templates.flatMap((sql) => [
    ...[...sql.matchAll(/\binsert\s+into\s+(\w+)/gi)].map(([, table]) => writeOf(table!, null)),
    ...[...sql.matchAll(/\bdelete\s+from\s+(\w+)/gi)].map(([, table]) => writeOf(table!, null)),
    ...[
      ...sql.matchAll(
        /\bupdate\s+(\w+)(?:\s+(?!set\b)\w+)?\s+set\s+([\s\S]*?)(?:\bwhere\b|\bfrom\b|\breturning\b|$)/gi,
      ),
    ].map(([, table, set]) =>
      writeOf(
        table!,
        [...set!.matchAll(/(?:^|,)\s*(\w+)\s*=/g)].map(([, name]) => name!),
      ),
    ),
    ...[...sql.matchAll(/(?<!\bdelete\s)\b(?:from|join)\s+(\w+)/gi)].map(([, table]) => ({
      table: table!,
      write: false,
      columns: null,
    })),
  ]);
}

const writeOf = (table: string, columns: readonly string[] | null): TableUse => ({
  table,
  write: true,
  columns,
});

/** Which module owns a table, and which of its columns other modules write. */
export type Owner = { module: string; writers: ReadonlyMap<string, readonly string[]> };

/** The owner that the schema names above each `create table`: "-- owner: orders; ledger writes outstanding". */
export function ownersIn(schema: string): Map<string, Owner> {
  const owners = new Map<string, Owner>();
  for (const [, named, table] of schema.matchAll(/^(?:-- owner: (.+)\n)?create table (\w+)/gm)) {
    const [module = '', ...others] = named?.split(';').map((part) => part.trim()) ?? [];
    const writers = others.map((other): [string, string[]] => {
      const [writer, columns] = other.split(' writes ');
      return [writer!, columns!.split(',').map((column) => column.trim())];
    });
    owners.set(table!, { module, writers: new Map(writers) });
  }
  return owners;
}

export const readSchema = (): string => {
  const folder = `${src}/platform/postgres/migrations`;
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
    .join('\n');
};
