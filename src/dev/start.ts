import { Listr } from 'listr2';
import { closingTable } from './closing-table.ts';
import { createLifecycle } from './lifecycle.ts';
import { explain } from './setup-error.ts';
import { openState, writeDevFiles } from './state.ts';
import { type Running, startSystem } from './system.ts';

/** `npm start`: runs the whole system on this machine until Ctrl-C. */
const lifecycle = createLifecycle();
try {
  const state = openState();
  lifecycle.onStop('state', state.close);
  const running: Partial<Running> = {};
  let failure: unknown;
  const steps = startSystem(running, lifecycle);
  const tasks = steps.map(({ title, work }) => ({
    title,
    task: async (_: unknown, task: { output: string }) => {
      try {
        await work((line) => {
          task.output = line;
        });
      } catch (error) {
        failure = error;
        throw new Error(title);
      }
    },
  }));
  await new Listr(tasks, { fallbackRenderer: 'simple', registerSignalListeners: false }).run().catch(() => {
    throw failure;
  });
  const ready = running as Running;
  writeDevFiles(ready.dev, ready.env);
  console.log(closingTable(ready));
} catch (error) {
  await lifecycle.fail(explain(error));
}
