import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { getTemporalCli } from '../../src/dev/temporal-cli.ts';
import { setOtherDataAside } from '../../src/dev/temporal-data.ts';

let folder: string;
let dbFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netterms-temporal-'));
  dbFile = join(folder, 'temporal.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const cli = () => getTemporalCli(() => {});

test('data of a server without a recorded version is set aside as a whole, and nothing is deleted', async () => {
  for (const suffix of ['', '-wal', '-shm']) writeFileSync(dbFile + suffix, `old${suffix}`);
  const aside = await setOtherDataAside(await cli(), dbFile);
  expect(aside).toMatch(/^temporal\.db\.set-aside-/);
  expect(readdirSync(folder).sort()).toEqual(
    [aside!, `${aside}-shm`, `${aside}-wal`, 'temporal.db.version'].sort(),
  );
  expect(readFileSync(join(folder, aside!), 'utf8')).toBe('old');
});

test('data of the same server version stays, also at every later start; data of another version is set aside', async () => {
  expect(await setOtherDataAside(await cli(), dbFile)).toBeNull();
  writeFileSync(dbFile, 'mine');
  expect(await setOtherDataAside(await cli(), dbFile)).toBeNull();
  expect(existsSync(dbFile)).toBe(true);
  writeFileSync(`${dbFile}.version`, 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)');
  expect(await setOtherDataAside(await cli(), dbFile)).not.toBeNull();
  expect(existsSync(dbFile)).toBe(false);
});
