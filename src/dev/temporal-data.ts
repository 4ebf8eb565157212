import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { run } from './run.ts';

/** A file next to the data: the output of `temporal --version` of the server that wrote the data. */
const versionFile = (dbFile: string): string => `${dbFile}.version`;

/**
 * Ensures that a development server finds only data of its own version: it does not migrate older data, but starts on
 * it and fails later. Data of another version is renamed, never deleted.
 * @returns where the other version's data is now; null if there was none
 */
export async function setOtherDataAside(cli: string, dbFile: string): Promise<string | null> {
  const version = (await run(cli, ['--version'])).output.trim();
  const writtenBy = existsSync(versionFile(dbFile)) ? readFileSync(versionFile(dbFile), 'utf8') : null;
  let aside: string | null = null;
  if (existsSync(dbFile) && writtenBy !== version) {
    aside = `${dbFile}.set-aside-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}`;
    for (const suffix of ['-wal', '-shm', ''])
      if (existsSync(dbFile + suffix)) renameSync(dbFile + suffix, aside + suffix);
  }
  writeFileSync(versionFile(dbFile), version);
  return aside && basename(aside);
}
