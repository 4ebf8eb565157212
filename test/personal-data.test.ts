import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/*
 * Temporal's history, and so its web UI, holds ids, instants, amounts and names of things; nobody's name, address or bank,
 * and nothing that a person wrote. The recorded histories are those of the replay tests.
 */

const folder = new URL('./replay/histories/orders/', import.meta.url);
const files = readdirSync(folder);

/** All values in the payloads of a history, with the name of the field that holds each. */
function valuesIn(history: string): { field: string; value: string }[] {
  const texts = [...history.matchAll(/"data":\s*"([A-Za-z0-9+/=]+)"/g)].map(([, data]) =>
    Buffer.from(data!, 'base64').toString(),
  );
  return texts.flatMap((text) =>
    leavesOf('', text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text),
  );
}

function leavesOf(field: string, value: unknown): { field: string; value: string }[] {
  if (typeof value !== 'object' || value === null) return [{ field, value: String(value) }];
  return Object.entries(value).flatMap(([name, member]) =>
    leavesOf(Array.isArray(value) ? field : name, member),
  );
}

/** `mailId` is made of the kind of a mail and the id of an order or a customer. */
const personal = /name|mail(?!Id)|company|address|iban|payer|reference|reason|note|vat|phone|buyer|contact/i;

test('no history has a field for what people are called or write, nor an e-mail address or an IBAN', () => {
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) {
    const values = valuesIn(readFileSync(new URL(file, folder), 'utf8'));
    expect(values.length, file).toBeGreaterThan(3);
    expect(
      values.filter(({ field }) => personal.test(field)),
      file,
    ).toEqual([]);
    expect(
      values.filter(({ value }) => /\S@\S|\b[A-Z]{2}\d{2}[A-Z0-9]{11,}\b/.test(value)),
      file,
    ).toEqual([]);
  }
});

test('a name or an address that is put in is found', () => {
  const encoded = Buffer.from('{"customer":{"email":"a@b.example"}}').toString('base64');
  const [found] = valuesIn(`{"data": "${encoded}"}`);
  expect(found).toEqual({ field: 'email', value: 'a@b.example' });
  expect(personal.test(found!.field)).toBe(true);
});
