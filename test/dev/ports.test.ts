import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from '../../src/dev/ports.ts';

test('a port that is taken is replaced by one that is free', async () => {
  const server = createServer();
  const taken = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
  expect(await freePort(taken)).not.toBe(taken);
  await new Promise((resolve) => server.close(resolve));
  expect(await freePort(taken)).toBe(taken);
});
