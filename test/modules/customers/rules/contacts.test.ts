import { describe, expect, it } from 'vitest';
import {
  buyerCopy,
  hasAddress,
  letterAddresses,
  recipientOf,
  reminderAddresses,
} from '../../../../src/modules/customers/rules/contacts.ts';

const email = 'company@acme.example';
const billing = 'billing@acme.example';
const dunning = 'dunning@acme.example';
const pec = 'acme@pec.example';
const letters = (contacts: Record<string, string>, marked: string[] = []) =>
  recipientOf(letterAddresses({ email, contacts }), new Set(marked));
const reminders = (contacts: Record<string, string>, marked: string[] = []) =>
  recipientOf(reminderAddresses({ email, contacts }), new Set(marked));

it.each([
  [{}, email, email],
  [{ billing }, billing, billing],
  [{ dunning }, email, dunning],
  [{ billing, dunning, pec }, billing, dunning],
  [{ pec }, email, email],
])('with the contacts %j letters go to %s and reminders to %s', (contacts, toLetters, toReminders) => {
  expect(letters(contacts)).toBe(toLetters);
  expect(reminders(contacts)).toBe(toReminders);
});

describe('where nothing arrives', () => {
  it('the next address gets the letter', () => {
    expect(letters({ billing, dunning }, [billing])).toBe(email);
    expect(reminders({ billing, dunning }, [dunning])).toBe(billing);
    expect(reminders({ billing, dunning }, [dunning, billing])).toBe(email);
  });

  it('the case of an address says nothing', () => {
    expect(letters({ billing: 'Billing@ACME.example' }, [billing])).toBe(email);
    expect(hasAddress({ email, contacts: { billing: 'Billing@ACME.example' } }, billing)).toBe(true);
    expect(hasAddress({ email, contacts: { billing } }, dunning)).toBe(false);
  });

  it('the certified address is never used instead', () => {
    expect(letters({ pec }, [email])).toBe(email);
  });
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
