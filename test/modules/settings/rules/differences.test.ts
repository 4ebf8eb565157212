import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differences } from '../../../../src/modules/settings/rules/differences.ts';

test('members are compared by name, items by place, and a missing side is left out', () => {
  const before = { limit: { amount: 1, currency: 'EUR' }, rules: ['a', 'b'], gone: null };
  const after = { rules: ['a', 'c', 'd'], limit: { currency: 'EUR', amount: 2 }, 'a/b~c': true };
  expect(differences(before, after)).toEqual([
    { pointer: '/limit/amount', before: 1, after: 2 },
    { pointer: '/rules/1', before: 'b', after: 'c' },
    { pointer: '/rules/2', after: 'd' },
    { pointer: '/gone', before: null },
    { pointer: '/a~1b~0c', after: true },
  ]);
  expect(differences([], {})).toEqual([{ pointer: '', before: [], after: {} }]);
});

test('there are no differences if and only if the documents are equal', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect(differences(one, JSON.parse(JSON.stringify(one)))).toEqual([]);
      const equal = differences(one, other).length === 0;
      if (equal) expect(JSON.parse(JSON.stringify(other))).toEqual(JSON.parse(JSON.stringify(one)));
    }),
  );
});
