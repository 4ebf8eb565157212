import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/** Memory of a thread beyond which it is stopped, in MiB; buffers are not counted. */
const MAX_HEAP_MIB = 768;

/**
 * Starts a thread, for work that would keep the process from answering. It does not keep the process alive.
 * @param url the module that it runs, in TypeScript while developing
 */
export function startThread(url: URL): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: MAX_HEAP_MIB };
  const thread = url.pathname.endsWith('.ts')
    ? new Worker(inTypeScript(url), { eval: true, resourceLimits })
    : new Worker(url, { resourceLimits });
  thread.unref();
  return thread;
}

/** A program that loads a module in TypeScript: a thread does not inherit the loader of its process. */
function inTypeScript(url: URL): string {
  const { resolve } = createRequire(import.meta.url);
  const loader = pathToFileURL(resolve('tsx/esm/api').replace(/\.cjs$/, '.mjs')).href;
  const [load, module] = [loader, url.href].map((text) => JSON.stringify(text));
  return `import(${load}).then(({ tsImport }) => tsImport(${module}, ${module}))`;
}
