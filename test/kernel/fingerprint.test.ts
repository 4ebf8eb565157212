import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fingerprint } from '../../src/kernel/fingerprint.ts';

test('two requests are the same whatever the order of their members, at any depth', () => {
  expect(fingerprint({ a: 1, b: { c: [1, { e: 2, d: 3 }], f: null } })).toBe(
    fingerprint({ b: { f: null, c: [1, { d: 3, e: 2 }] }, a: 1 }),
  );
  expect(fingerprint({ a: 1, b: undefined })).toBe(fingerprint({ a: 1 }));
});

test.each([
  [{ a: 1 }, { a: 2 }],
  [{ a: 1 }, { a: '1' }],
  [{ a: null }, {}],
  [
    [1, 2],
    [2, 1],
  ],
  [{ a: { b: 1 } }, { a: 1, b: 1 }],
  [{}, []],
])('%j is not %j', (one, other) => {
  expect(fingerprint(one)).not.toBe(fingerprint(other));
});

test('it is SHA-256 in hex, and never changes', () => {
  expect(fingerprint({ orderId: '1042' })).toBe(
    '1350199626833cbad5d68ee50a1130c3cec9fc9477fad8cdcb9493259d186671',
  );
});

test('a value sent through JSON keeps its fingerprint', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(fingerprint(JSON.parse(JSON.stringify(value)))).toBe(fingerprint(value));
    }),
  );
});
