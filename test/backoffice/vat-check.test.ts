import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { vatChecksOf } from '../../src/modules/customers/vat-checks.ts';
import { addCustomer, openMerchant } from '../support/merchant.ts';
import { json, startVies, viesAnswer, viesError } from '../support/vies.ts';
import { useBackOffice } from './back-office.ts';

let vies: Awaited<ReturnType<typeof startVies>>;

beforeAll(async () => {
  vies = await startVies();
});
afterAll(() => vies?.stop());
const desk = useBackOffice({
  prepare: async (sql) => {
    await openMerchant(sql);
    await addCustomer(sql, 'muster', { country: 'DE', vatNumber: 'DE136695976' });
  },
  viesUrl: () => vies.url,
});

beforeEach(() => {
  vies.asked.length = 0;
  vies.answer = json(viesAnswer());
});

const card = () => desk.page.locator('section').filter({ has: desk.page.locator('#vat-check') });
const checkNow = () => desk.page.getByRole('button', { name: 'Check now' }).click();

it('a credit manager asks VIES, and sees its answer, the proof, and a later outage', async () => {
  await desk.page.goto('/admin/customers/muster');
  expect(await card().textContent()).toContain('This number has not been checked yet.');
  expect(vies.asked).toEqual([]);
  await checkNow();
  await desk.page.getByText('VIES was asked about the VAT number.').waitFor();
  const said = await card().textContent();
  for (const words of ['DE136695976', 'Valid', 'WAPIAAAAaEDkvhHx', 'Muster Werkzeuge GmbH', 'by carla'])
    expect(said).toContain(words);
  vies.answer = json(viesError('MS_UNAVAILABLE'));
  await checkNow();
  await desk.page.getByText('got no answer from VIES').waitFor();
  expect(await card().textContent()).toMatch(/Valid.*\(MS_UNAVAILABLE\): its previous answer is still valid/);
  vies.answer = json(viesAnswer({ valid: false, name: '<b>no</b>' }));
  await checkNow();
  await card().getByText('Not valid').waitFor();
  expect(await card().textContent()).toContain('<b>no</b>');
  expect(await vatChecksOf(desk.database.sql, 'muster', 10)).toMatchObject([
    { outcome: 'invalid', actor: 'user:carla' },
    { outcome: 'could-not-be-checked' },
    { outcome: 'valid' },
  ]);
});

it('the page says that VIES does not have a number; without a number nothing can be asked', async () => {
  await addCustomer(desk.database.sql, 'bern', { country: 'CH', vatNumber: 'CHE107787577' });
  await desk.page.goto('/admin/customers/bern');
  await checkNow();
  await desk.page.getByRole('alert').filter({ hasText: 'has no VAT numbers of Switzerland' }).waitFor();
  await addCustomer(desk.database.sql, 'none', { vatNumber: null });
  await desk.page.goto('/admin/customers/none');
  expect(await card().textContent()).toContain('The store has given no VAT number.');
  expect(await desk.page.getByRole('button', { name: 'Check now' }).count()).toBe(0);
  expect(vies.asked).toEqual([]);
});

it('a check needs the form’s own token', async () => {
  const answer = await desk.page.request.post('/admin/customers/muster/vat-check', {
    form: { csrf: 'made up' },
  });
  expect(answer.status()).toBe(403);
  expect(vies.asked).toEqual([]);
});
