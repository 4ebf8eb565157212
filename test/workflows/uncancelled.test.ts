import { ActivityFailure, ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { uncancelled } from '../../src/workflows/uncancelled.ts';

/** As the SDK reports it to the workflow. */
const cancelledByTheSdk = () =>
  new ActivityFailure(
    'Local Activity cancelled',
    'advance',
    '4',
    'CANCEL_REQUESTED' as never,
    undefined,
    new CancelledFailure('Activity cancelled'),
  );

it('a local activity that the SDK has cancelled is asked again with the same argument, after a pause', async () => {
  const asked: string[] = [];
  let pauses = 0;
  const ledger = {
    async advance(orderId: string) {
      asked.push(orderId);
      if (asked.length < 3) throw cancelledByTheSdk();
      return 'advanced';
    },
  };
  const pause = async () => {
    pauses += 1;
  };
  expect(await uncancelled(ledger, pause).advance('o1')).toBe('advanced');
  expect([asked, pauses]).toEqual([['o1', 'o1', 'o1'], 2]);
});

it('another failure is the answer, and so is a cancellation during the pause', async () => {
  const refused = ApplicationFailure.nonRetryable('order-closed', 'order-closed');
  const failing = (failure: Error) => ({
    advance: async () => {
      throw failure;
    },
  });
  await expect(uncancelled(failing(refused)).advance()).rejects.toBe(refused);
  const cancelled = new CancelledFailure('the workflow is cancelled');
  const pause = () => Promise.reject(cancelled);
  await expect(uncancelled(failing(cancelledByTheSdk()), pause).advance()).rejects.toBe(cancelled);
});
