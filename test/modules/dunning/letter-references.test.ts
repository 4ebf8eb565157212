import { describe, expect, it } from 'vitest';
import { bankFiles } from '../../api/bank-file.ts';
import { eur } from '../../support/builders.ts';
import { useLetters } from '../../support/use-letters.ts';

const { at, done, place, world } = useLetters();

/** A transfer of so many euros, with the reference of the last letter; what the orders then owe, in euros. */
async function transferred(units: number, orderIds: readonly string[]): Promise<number[]> {
  const [, reference] = /Causale: +(\S+)/.exec(world.lastReminder().text)!;
  const line = `${world.clock.now.slice(8, 10)}/11/2026;${units},00;Saldo ${reference} grazie;GAMMA`;
  await bankFiles(world).imported(['Data valuta;Importo;Causale;Ordinante', line], { orderIds });
  const owed = await world.sql<{ outstanding: number }[]>`
    select outstanding from orders where id = any(${orderIds as string[]}) order by id`;
  return owed.map(({ outstanding }) => outstanding / 100);
}

describe('a transfer of what the letter asks, with its reference, is booked without a person (M18)', () => {
  it('of what is overdue, though the letter mentions what is coming due', async () => {
    await place('a');
    await at('2026-10-12');
    await place('b');
    await at('2026-11-05');
    expect(world.lastReminder().text).toContain('N-b');
    expect(await transferred(600, ['a', 'b'])).toEqual([0, 600]);
  });

  it('of both', async () => {
    await place('a');
    await at('2026-10-12');
    await place('b');
    await at('2026-11-05');
    expect(await transferred(1_200, ['a', 'b'])).toEqual([0, 0]);
  });

  it('of an instalment', async () => {
    await place('a', { termsCode: 'weekly' });
    await at('2026-11-05');
    expect(await transferred(300, ['a'])).toEqual([300]);
  });

  it('of what is not disputed', async () => {
    await place('a');
    await done('/orders/a/disputes', { disputeId: 'd', reason: 'other', amount: eur(100) });
    await at('2026-11-05');
    expect(await transferred(500, ['a'])).toEqual([100]);
  });

  it('another amount is left to a person, who sees whose it is', async () => {
    await place('a');
    await at('2026-11-05');
    expect(await transferred(250, ['a'])).toEqual([600]);
    const [line] = await bankFiles(world).list('state=open');
    expect(line!.proposal).toMatchObject({ certainty: 'likely', customerId: 'rossi' });
  });
});
