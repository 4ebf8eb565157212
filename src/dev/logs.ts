import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { stateDir } from './state.ts';

export const logPath = (name: string): string => join(stateDir, 'logs', `${name}.log`);

/** Writes a part's lines to a file of its own, anew at each start. */
export function openLog(name: string): (line: string) => void {
  const file = createWriteStream(logPath(name), { flags: 'w', mode: 0o600 });
  // A full disk must not end the launcher: the part whose log this is will say it.
  file.on('error', () => {});
  return (line) => file.write(`${line}\n`);
}
