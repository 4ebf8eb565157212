import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { tsx } from '../src/dev/tsx.ts';

// biome-ignore lint/suspicious/noExplicitAny: each command has its own argument
export type Commands = Record<string, (argument: any) => unknown>;

/** A helper process of the benchmark, called over Node's channel; its file in `processes/` defines its commands. */
export type Helper<C extends Commands> = {
  pid: number;
  call<Name extends keyof C & string>(
    name: Name,
    ...argument: Parameters<C[Name]>
  ): Promise<Awaited<ReturnType<C[Name]>>>;
  stop(): Promise<void>;
};

type Request = { id: number; name: string; argument: unknown };
type Response = { id: number; result?: unknown; error?: string };

/** Starts a module, or `processes/<name>.ts`, and waits until it serves. It ends when this process ends. */
export async function startHelper<C extends Commands>(
  name: string | URL,
  ...args: string[]
): Promise<Helper<C>> {
  const file = fileURLToPath(
    typeof name === 'string' ? new URL(`./processes/${name}.ts`, import.meta.url) : name,
  );
  const child = fork(file, args, { execArgv: [...tsx], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let calls = 0;
  const answer = (id: number) =>
    new Promise<never>((resolve, reject) => waiting.set(id, { resolve, reject }));
  child.on('message', ({ id, result, error }: Response) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result as never);
    else call?.reject(new Error(error));
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`the process ${name} ended`));
  });
  await answer(0);
  return {
    pid: child.pid!,
    call(command, ...[argument]) {
      const id = ++calls;
      child.send({ id, name: command, argument } satisfies Request);
      return answer(id);
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** In a helper's process: answers the calls until the benchmark ends. */
export function serve(commands: Commands): void {
  process.on('message', async ({ id, name, argument }: Request) => {
    try {
      process.send?.({ id, result: await commands[name]!(argument) } satisfies Response);
    } catch (error) {
      process.send?.({ id, error: (error as Error).stack ?? String(error) } satisfies Response);
    }
  });
  for (const event of ['disconnect', 'SIGTERM'] as const) process.once(event, () => process.exit(0));
  // Ctrl-C reaches the whole group; the benchmark stops its helpers itself.
  process.on('SIGINT', () => {});
  process.send?.({ id: 0 } satisfies Response);
}
