import { afterEach, beforeEach, expect } from 'vitest';
import { eur } from './builders.ts';
import { type Letters, openLetters } from './letters-world.ts';

/**
 * A world of letters for each test of a file, on 30 September 2026, with what most tests do in it.
 * @param total of an order, in euros
 */
export function useLetters({ total = 600, notifiesStore = false } = {}) {
  const world = {} as Letters;
  beforeEach(async () => {
    Object.assign(world, await openLetters({ at: '2026-09-30T08:00:00.000Z', notifiesStore }));
  });
  afterEach(() => world.close());
  return {
    world,
    /** An order of `rossi`, due on 30 October 2026 if it is placed on 30 September. */
    place: (orderId: string, more: object = {}) =>
      world.place(orderId, { total: eur(total), orderNumber: `N-${orderId}`, ...more }),
    pay: (orderId: string, amount: number, receivedOn?: string) =>
      world.ask(orderId, 'payments', {
        paymentId: `p-${orderId}-${amount}`,
        amount: eur(amount),
        receivedOn,
      }),
    /** Lets time pass until then, in UTC. */
    at: async (day: string, time = '12:00') => world.until(`${day}T${time}:00.000Z`),
    /** Does what must succeed, while the workflows work; its answer. */
    async done(path: string, body: unknown, options: object = {}) {
      const { status, body: answer } = await world.working(world.call(path, body, options));
      expect([status, answer.detail]).toEqual([status < 300 ? status : 200, undefined]);
      return answer;
    },
  };
}
