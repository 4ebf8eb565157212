import { expect, it } from 'vitest';
import {
  buyerCopy,
  letterRecipient,
  reminderRecipient,
} from '../../../../src/modules/customers/rules/contacts.ts';

const email = 'company@acme.example';
const billing = 'billing@acme.example';
const dunning = 'dunning@acme.example';
const pec = 'acme@pec.example';

it.each([
  [{}, email, email],
  [{ billing }, billing, billing],
  [{ dunning }, email, dunning],
  [{ billing, dunning, pec }, billing, dunning],
  [{ pec }, email, email],
])('with the contacts %j letters go to %s and reminders to %s', (contacts, letters, reminders) => {
  expect(letterRecipient({ email, contacts })).toBe(letters);
  expect(reminderRecipient({ email, contacts })).toBe(reminders);
});

it.each([
  [null, null],
  [{ name: 'Anna' }, null],
  [{ email: 'anna@acme.example' }, 'anna@acme.example'],
  [{ email: 'Billing@Acme.example' }, null],
  [{ email: 'ask at the desk' }, null],
])('a buyer %j gets a copy at %s', (buyer, copy) => {
  expect(buyerCopy(buyer, billing)).toBe(copy);
});
