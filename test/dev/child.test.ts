import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startChild } from '../../src/dev/child.ts';
import { tsx } from '../../src/dev/tsx.ts';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function untilGone(pid: number): Promise<boolean> {
  for (let i = 0; i < 100 && isAlive(pid); i++) await sleep(50);
  return !isAlive(pid);
}

test('a server dies with the launcher that started it, even when the launcher is killed by SIGKILL', async () => {
  const launcher = spawn(
    process.execPath,
    [
      ...tsx,
      '--input-type=module',
      '-e',
      `import { startChild } from ${JSON.stringify(new URL('../../src/dev/child.ts', import.meta.url).href)};
       const child = startChild({ program: 'sleep', args: ['600'], stopSignal: 'SIGTERM', log: () => {} });
       console.log(child.process.pid);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const pid = await new Promise<number>((resolve) =>
    createInterface({ input: launcher.stdout! }).once('line', (line) => resolve(Number(line))),
  );
  expect(isAlive(pid)).toBe(true);
  // From here on the signal is set in the kernel: the program that set it has become the server.
  while (readFileSync(`/proc/${pid}/comm`, 'utf8') !== 'sleep\n') await sleep(10);
  launcher.kill('SIGKILL');
  expect(await untilGone(pid)).toBe(true);
});

test('a server that ignores the request to stop is killed after a while', async () => {
  const lines: string[] = [];
  const child = startChild({
    program: 'sh',
    args: ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done'],
    stopSignal: 'SIGTERM',
    stopWithinMs: 200,
    log: (line) => lines.push(line),
  });
  while (lines.length === 0) await sleep(10);
  await child.stop();
  expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL' });
});
