import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { stateDir } from './state.ts';

export const logPath = (name: string): string => join(stateDir, 'logs', `${name}.log`);

/** Writes a part's lines to its own file, which is overwritten at each start. */
export function openLog(name: string): (line: string) => void {
  const file = createWriteStream(logPath(name), { flags: 'w', mode: 0o600 });
  // A full disk must not end the launcher: the part that writes this log will report it.
  file.on('error', () => {});
  return (line) => file.write(`${line}\n`);
}
