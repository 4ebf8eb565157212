import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, test } from 'vitest';

/* `npm run advisories` with registries of our own: one that knows an advisory, and ones that do not answer. */

const script = fileURLToPath(new URL('../scripts/advisories.mjs', import.meta.url));
/** npm remembers advisories in its cache. */
const cache = mkdtempSync(join(tmpdir(), 'netterms-npm-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function askRegistry(
  answer: RequestListener,
  deadline = 10_000,
): Promise<{ code: number; said: string }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const env = { ...process.env, npm_config_registry: `http://127.0.0.1:${port}/`, npm_config_cache: cache };
  return new Promise((resolve) => {
    execFile(process.execPath, [script, String(deadline)], { env }, (error, said) =>
      resolve({ code: Number(error?.code ?? 0), said }),
    );
  });
}

/** A registry that knows one advisory about a package of production, and nothing else. */
const knowing =
  (severity: string): RequestListener =>
  (request, response) => {
    const asked = request.url?.endsWith('/advisories/bulk');
    const url = 'https://advisories.example/GHSA-1';
    const id = ['moderate', 'high', 'critical'].indexOf(severity);
    const advisory = { id, url, title: 'Invented', severity, vulnerable_versions: '<99', cwe: [] };
    response.writeHead(asked ? 200 : 404, { 'content-type': 'application/json' });
    request.resume().on('end', () => response.end(JSON.stringify(asked ? { postgres: [advisory] } : {})));
  };

test('a severe advisory about a package of production fails the check, and is named', async () => {
  for (const severity of ['high', 'critical'])
    expect(await askRegistry(knowing(severity))).toEqual({
      code: 1,
      said: `postgres: Invented (${severity}) https://advisories.example/GHSA-1\n`,
    });
});

test('one that is not severe does not', async () => {
  expect(await askRegistry(knowing('moderate'))).toMatchObject({
    code: 0,
    said: expect.stringContaining('none of severity high or critical'),
  });
});

test('a registry that does not answer, or not in time, is said and fails nothing', async () => {
  const silent = { code: 0, said: 'advisories: the registry did not answer, so none were looked up\n' };
  expect(await askRegistry((_, response) => response.writeHead(405).end())).toEqual(silent);
  expect(await askRegistry((_, response) => response.writeHead(200).end('<html>'))).toEqual(silent);
  expect(await askRegistry((request) => request.socket.destroy())).toEqual(silent);
  expect(await askRegistry(() => {}, 1_500)).toEqual(silent);
});
