import { describe, expect, it } from 'vitest';
import { bankFiles } from '../../api/bank-file.ts';
import { eur } from '../../support/builders.ts';
import { useLetters } from '../../support/use-letters.ts';
import { read } from './letters/as-read.ts';

const { at, done, pay, place, world } = useLetters();

const collect = (state: string, more: object = {}) =>
  done('/orders/a/instalments/1/collection', { state, ...more }, { as: 'accounting' });
/** What the confirmation says, which leaves now. */
async function confirmation(): Promise<string> {
  await at('2026-10-01');
  return read(world.left.at(-1)!.text);
}

describe('a confirmation', () => {
  it('shows what was credited and what was paid each on its own line (M1)', async () => {
    await place('a', { total: eur(1000) });
    await world.ask('a', 'credit-notes', { creditNoteId: 'cn', amount: eur(200), reason: 'some came back' });
    await pay('a', 300);
    expect(await confirmation()).toContain(
      'Totale ordine: 1.000,00 € Note di credito: -200,00 € Già pagato: 300,00 € Residuo da pagare: 500,00 €',
    );
  });

  it('does not call paid what was written off', async () => {
    await place('a', { total: eur(1000) });
    await world.ask('a', 'write-off', { amount: eur(100), reason: 'goodwill' });
    const text = await confirmation();
    expect(text).toContain('Totale ordine: 1.000,00 € Sconto: -100,00 € Residuo da pagare: 900,00 €');
    expect(text).not.toContain('pagato');
  });

  it('of an order that the bank collects names no IBAN, whoever said so (M2); of one that came back it does', async () => {
    await place('a');
    await collect('planned');
    const before = await confirmation();
    expect(before).toContain('sarà incassato con RiBa');
    expect(before).not.toContain('IBAN');
    await place('b');
    await done('/orders/b/instalments/1/collection', { state: 'presented' }, { as: 'accounting' });
    await done('/orders/b/instalments/1/collection', { state: 'unpaid' }, { as: 'accounting' });
    await at('2026-10-02');
    expect(read(world.left.at(-1)!.text)).toContain('IBAN: IT60X0542811101000000123456');
  });

  it('is paid to the holder of the merchant’s account', async () => {
    const account = { holder: 'Bianchi Holding S.p.A.', bic: 'BPPIITRRXXX', currency: 'EUR', default: true };
    await done('/bank-accounts/IT60X0542811101000000123456', account, { method: 'PUT' });
    await place('a');
    expect(await confirmation()).toContain(
      'Beneficiario: Bianchi Holding S.p.A. IBAN: IT60X0542811101000000123456 BIC: BPPIITRRXXX',
    );
  });

  it('names a reference that the import recognises, however short the order’s number (M4)', async () => {
    await place('a', { orderNumber: '15' });
    const [, reference] = /Causale: (\S+)/.exec(await confirmation())!;
    const header = 'Data valuta;Importo;Causale;Ordinante';
    await bankFiles(world).imported([header, `01/10/2026;600,00;${reference};BETA`], { orderIds: ['a'] });
    expect((await world.call('/orders/a')).body.status).toBe('settled');
  });
});

it('the letter that an order is settled shows what was credited and what was paid', async () => {
  await place('a', { total: eur(1000) });
  await world.ask('a', 'credit-notes', { creditNoteId: 'cn', amount: eur(400), reason: 'some came back' });
  await pay('a', 600);
  await at('2026-10-01');
  expect(read(world.left.at(-1)!.text)).toContain(
    'Totale ordine: 1.000,00 € Note di credito: -400,00 € Già pagato: 600,00 € Residuo da pagare: 0,00 €',
  );
});
