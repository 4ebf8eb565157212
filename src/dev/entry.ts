import { join } from 'node:path';
import { type Child, type ChildOptions, startChild } from './child.ts';
import { projectDir } from './paths.ts';
import { tsx } from './tsx.ts';

export type Entry = {
  child: Child;
  /** Whether it has said that it is at work. */
  isReady: () => boolean;
};

type EntryOptions = Pick<ChildOptions, 'stopWithinMs'> & {
  env: NodeJS.ProcessEnv;
  /** Further options of Node. */
  node?: readonly string[];
  log?: (line: string) => void;
};

/** Starts the API (`server`) or the worker in a process of its own. */
export function startEntry(
  name: 'server' | 'worker',
  { node = [], log = () => {}, ...options }: EntryOptions,
): Entry {
  let ready = false;
  const child = startChild({
    program: process.execPath,
    args: [...tsx, ...node, join(projectDir, 'src', `${name}.ts`)],
    cwd: projectDir,
    stopSignal: 'SIGTERM',
    ...options,
    log: (line) => {
      ready ||= line.includes(`${name} ready`);
      log(line);
    },
  });
  return { child, isReady: () => ready };
}
