import { isCancellation, sleep } from '@temporalio/workflow';

type Call = (...given: unknown[]) => Promise<unknown>;

/**
 * The same local activities, asked again if one ends as cancelled. Nobody here cancels them, but the SDK does with one
 * that waits for its next try while a worker drops the workflow from its cache: taken for an answer, that would end the
 * workflow as failed. Within a scope that is really cancelled the pause throws, and the cancellation goes on.
 */
export function uncancelled<T extends object>(
  activities: T,
  pause: () => Promise<void> = () => sleep('1 second'),
): T {
  const again =
    (call: Call): Call =>
    async (...given) => {
      for (;;) {
        try {
          return await call(...given);
        } catch (failure) {
          if (!isCancellation(failure)) throw failure;
          await pause();
        }
      }
    };
  return new Proxy(activities, { get: (target, name) => again(Reflect.get(target, name) as Call) });
}
