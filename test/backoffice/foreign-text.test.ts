import { expect, it } from 'vitest';
import { createApiKey } from '../../src/modules/access/api-keys.ts';
import { putBankAccount } from '../../src/modules/banking/change-account.ts';
import { putCreditGroup, setCreditGroup } from '../../src/modules/credit/credit-groups.ts';
import { closeTask } from '../../src/modules/eligibility/close-task.ts';
import { requestTerms } from '../../src/modules/eligibility/request-terms.ts';
import { setPrivilege } from '../../src/modules/eligibility/set-privilege.ts';
import { registerInvoice } from '../../src/modules/invoicing/register-invoice.ts';
import type { Sql } from '../../src/platform/postgres/client.ts';
import { eur } from '../support/builders.ts';
import { askOfCustomer, commandsAlone } from '../support/commands.ts';
import { addCustomer } from '../support/merchant.ts';
import { openShop, placeOrder, TODAY, useBackOffice } from './back-office.ts';

let paths: string[];

/** Hebrew, with a number and a bracket at its ends, which take the direction of their neighbours; and an override. */
const foreign = (text: string) => `\u202e7 \u05d0\u05d1\u05d2 ${text} \u05d3 (12)`;

/** Rows as they could have been stored before direction controls were removed at the edge: everything is foreign. */
async function prepare(sql: Sql): Promise<void> {
  await openShop(sql);
  const by = { reason: foreign('reason'), actor: 'user:test', now: TODAY };
  const name = foreign('name');
  await addCustomer(sql, 'ivrit', {
    ...{ name, groups: [foreign('group')] },
    accountManager: { name: foreign('manager'), email: 'ada@shop.example' },
  });
  const buyer = { name: foreign('buyer'), email: 'b@ivrit.example', department: foreign('department') };
  const texts = { orderNumber: foreign('order'), purchaseOrder: foreign('po'), buyer };
  await placeOrder(sql, { orderId: 'ivrit-1', customerId: 'ivrit', ...texts }, TODAY);
  const { amount } = eur(1_220);
  const invoice = {
    ...{ invoiceId: 'inv', number: foreign('invoice'), issuedOn: '2027-03-10', receivedOn: null },
    ...{
      total: amount,
      payable: amount,
      currency: 'EUR',
      withheld: null,
      documentUrl: null,
      fingerprint: 'x',
    },
    orders: [{ orderId: 'ivrit-1', amount }] as [{ orderId: string; amount: number }],
  };
  await askOfCustomer(commandsAlone(sql), registerInvoice, invoice, by);
  await putCreditGroup(sql, 'group', { name: foreign('credit group'), limits: [] }, by);
  await setCreditGroup(sql, 'ivrit', { groupId: 'group', ...by });
  await setPrivilege(sql, 'ivrit', { privilege: 'suspended', ...by });
  const wish = { orderId: null, amount: null, note: foreign('note') };
  const { task } = await requestTerms(sql, 'ivrit', wish, by);
  await closeTask(sql, task.id, { outcome: 'refused', ...by });
  const { id } = await createApiKey(sql, { name: 'one', scopes: ['admin'] }, TODAY);
  await createApiKey(sql, { name: 'two', scopes: ['admin'] }, TODAY);
  const account = { holder: foreign('holder'), bic: null, currency: 'EUR', isDefault: true };
  for (const iban of ['IT60X0542811101000000123456', 'DE89370400440532013000'])
    await putBankAccount(sql, iban, account, { actor: `key:${id}`, now: TODAY });
  const search = encodeURIComponent(foreign('search'));
  paths = [
    ...['orders', 'orders/ivrit-1', `orders?customer=${search}`, 'customers', 'customers/ivrit'],
    ...[`customers?q=${search}`, 'tasks?state=done', `tasks/${task.id}`],
  ];
}

const desk = useBackOffice({ prepare });

it('no page contains a character that turns the direction of text', async () => {
  for (const path of paths) {
    const answer = await desk.page.request.get(`${desk.office.address}/admin/${path}`);
    const html = await answer.text();
    expect(html, path).toContain('\u05d0\u05d1\u05d2');
    expect(html, path).not.toMatch(/\p{Bidi_Control}/u);
  }
});

/** The texts that run from right to left and are not alone in an element that isolates them, as the browser lays them out. */
const notIsolated = `(() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!/[\u05d0-\u05ea]/.test(node.data)) continue;
    let isolated = false;
    for (let at = node.parentElement; at.textContent.trim() === node.data.trim(); at = at.parentElement) {
      const { display, unicodeBidi } = getComputedStyle(at);
      isolated ||= display !== 'inline' || /isolate|plaintext/.test(unicodeBidi);
    }
    if (!isolated) found.push(node.parentElement.outerHTML.slice(0, 200));
  }
  return found;
})()`;

it('a text that runs from right to left does not move the texts around it', async () => {
  const seen = new Set<string>();
  for (const path of paths) {
    await desk.page.goto(`/admin/${path}`);
    expect(await desk.page.evaluate(notIsolated), path).toEqual([]);
    const text = (await desk.page.locator('body').textContent())!;
    for (const [, what] of text.matchAll(/\u05d2 ([a-z ]+) \u05d3/g)) seen.add(what!);
  }
  const fields = [
    'name',
    'group',
    'manager',
    'order',
    'po',
    'buyer',
    'department',
    'invoice',
    'credit group',
  ];
  expect([...seen].sort()).toEqual([...fields, 'reason', 'note', 'holder', 'search'].sort());
});
