import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ignorableReasons, skipReasons, waitReasons } from '../src/modules/dunning/rules/item-guards.ts';

/** The codes of the table in docs/reminders.md; a star behind a code says that it can be ignored. */
function documented(): { code: string; isIgnorable: boolean }[] {
  const text = readFileSync(new URL('../docs/reminders.md', import.meta.url), 'utf8');
  const [, section = ''] = /^## Why nothing was sent\n(.*?)^## /ms.exec(text) ?? [];
  return [...section.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([a-z-]+)`( \*)?/g)].map(([, code = '', star]) => ({
      ...{ code, isIgnorable: star !== undefined },
    })),
  );
}

it('docs/reminders.md explains each reason once, and says which can be ignored', () => {
  const others = ['mail-failed', 'mail-unknown', 'not-due'];
  const codes = documented();
  expect(codes.map(({ code }) => code).sort()).toEqual([...skipReasons, ...waitReasons, ...others].sort());
  const ignorable = codes.filter(({ isIgnorable }) => isIgnorable).map(({ code }) => code);
  expect(ignorable.sort()).toEqual([...ignorableReasons].sort());
});
