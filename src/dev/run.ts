import { spawn } from 'node:child_process';
import { withDeathSignal } from './death-signal.ts';

export type Run = { code: number | null; output: string };

type Options = { timeoutMs?: number; onLine?: (line: string) => void; cwd?: string; env?: NodeJS.ProcessEnv };

/**
 * Runs a program to its end and returns its output; `onLine` gets each line as it is printed.
 * The code is null if the program is missing or runs longer than `timeoutMs`.
 */
export function run(
  program: string,
  args: readonly string[],
  { timeoutMs, onLine, cwd, env }: Options = {},
): Promise<Run> {
  const [command, commandArgs] = withDeathSignal(program, args, 'SIGTERM');
  return new Promise((resolve) => {
    const child = spawn(command, commandArgs, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = timeoutMs ? setTimeout(() => child.kill('SIGKILL'), timeoutMs) : undefined;
    let output = '';
    const take = (chunk: Buffer) => {
      output += chunk;
      for (const line of String(chunk).split('\n')) if (line.trim()) onLine?.(line.trim());
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => resolve({ code: null, output: error.message }));
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}
