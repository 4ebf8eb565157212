import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { describe, expect, inject, it } from 'vitest';

const folder = fileURLToPath(new URL('./histories/', import.meta.url));
const recorded = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.json'),
);

Runtime.install({ logger: new DefaultLogger('ERROR') });

const read = (name: string): string => readFileSync(`${folder}${name}`, 'utf8');
const replay = (history: string) =>
  Worker.runReplayHistory({ workflowBundle: { codePath: inject('workflowBundle') } }, JSON.parse(history));

describe('recorded histories still replay', () => {
  it.each(recorded)('%s', async (name) => {
    await replay(read(name));
  });
});

it('a history that this workflow would not have made is noticed', async () => {
  const tampered = read(recorded.find((name) => name.endsWith('/settled.json'))!).replaceAll(
    '"notifyStore"',
    '"sendPostcard"',
  );
  await expect(replay(tampered)).rejects.toThrow(/nondetermini|Nondetermini|determinism/i);
});
