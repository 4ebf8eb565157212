import { once } from 'node:events';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/** Memory of a thread beyond which it is stopped, in MiB; buffers are not counted. */
const MAX_HEAP_MIB = 768;

/** A thread that answers each message with one; a question is asked when the one before is answered. */
export type Thread<Question, Answer> = {
  /** @throws ThreadFailed if it takes longer than so many ms or needs too much memory, or the thread's own failure */
  ask(question: Question, withinMs: number): Promise<Answer>;
};

/** What was asked of a thread took too long or too much memory; the next question gets a new thread. */
export class ThreadFailed extends Error {}

/**
 * A thread for work that would keep the process from answering. It is started when it is first needed, and does not keep
 * the process alive.
 * @param url the module that it runs, without its extension: in TypeScript while developing
 */
export function createThread<Question, Answer>(url: URL): Thread<Question, Answer> {
  let thread: Worker | null = null;
  return {
    async ask(question, withinMs) {
      thread ??= startThread(new URL(`${url.href}${import.meta.url.slice(-3)}`));
      const current = thread;
      const late = AbortSignal.timeout(Math.max(withinMs, 1));
      const answered = new AbortController();
      const signal = AbortSignal.any([late, answered.signal]);
      try {
        current.postMessage(question);
        const ended = once(current, 'exit', { signal }).then(() => {
          throw new Error('the thread ended');
        });
        const [answer] = await Promise.race([once(current, 'message', { signal }), ended]);
        return answer as Answer;
      } catch (error) {
        thread = null;
        await current.terminate();
        const exhausted = (error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY';
        if (late.aborted || exhausted)
          throw new ThreadFailed(exhausted ? 'out of memory' : 'out of time', { cause: error });
        throw error;
      } finally {
        answered.abort();
      }
    },
  };
}

function startThread(url: URL): Worker {
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
