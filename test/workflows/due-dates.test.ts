import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays } from '../../src/kernel/calendar.ts';
import { later, MINUTE } from '../support/instants.ts';
import { openWorld, type World } from '../support/workflow-world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const dueOn = async (orderId: string) => (await world.order(orderId)).instalments[0]!.dueOn;

describe('an extension', () => {
  it('moves the due date of a running order, and its reminders with it: the old ones are never sent', async () => {
    const order = await world.placeAlone({ orderId: 'extended', orderNumber: 'EXT' });
    await world.marked('extended');
    const [before] = order.plan;
    await world.until(later(before!.at, MINUTE));
    await world.mails('EXT', 2);

    const due = await dueOn('extended');
    const moved = addDays(due, 30);
    const { command } = await world.submit('extended', 'extend', { body: { dueOn: moved } });
    expect(command.outcome).toBe('applied');
    expect(await world.order('extended')).toMatchObject({
      instalments: [{ dueOn: moved }],
      nextStep: { key: '1/-P3D~1', kind: 'remind' },
    });

    await world.until(later(`${addDays(due, 14)}T12:00:00Z`, 0));
    expect(world.mailsOf('EXT')).toHaveLength(2);
    await world.until(later(`${addDays(moved, 5)}T12:00:00Z`, 0));
    const days = (await world.mails('EXT', 4)).map(({ at }) => at.slice(0, 10));
    expect(days[2]! > addDays(moved, -8) && days[2]! < moved).toBe(true);
    expect(days[3]! >= moved).toBe(true);
    expect(await world.outcomes('extended')).toEqual({
      '1/-P3D': 'sent',
      '1/-P3D~1': 'sent',
      '1/P0D~1': 'sent',
    });
    await world.submit('extended', 'settle', { reason: 'paid' });
    expect(await world.ending(order)).toEqual({ status: 'settled' });
  });

  it('is refused into the past, to an earlier day, and for a paid or unknown instalment', async () => {
    const order = await world.place({ orderId: 'refused', orderNumber: 'REF' });
    const due = await dueOn('refused');
    const refusal = (body: Record<string, unknown>) =>
      world.submit('refused', 'extend', { body }).then(
        () => null,
        ({ code }) => code,
      );
    expect(await refusal({ dueOn: due })).toBe('extension-not-later');
    expect(await refusal({ dueOn: '2020-01-01' })).toBe('extension-not-later');
    expect(await refusal({ dueOn: addDays(due, 1), instalment: 2 })).toBe('instalment-not-found');
    expect(await dueOn('refused')).toBe(due);
    await world.submit('refused', 'settle', { reason: 'paid' });
    expect(await world.ending(order)).toEqual({ status: 'settled' });
  });
});
