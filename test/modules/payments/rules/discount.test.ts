import { expect, test } from 'vitest';
import { settlingDiscount } from '../../../../src/modules/payments/rules/discount.ts';
import { discountOn } from '../../../../src/modules/terms/rules/offer.ts';
import { eur } from '../../../support/builders.ts';

const given = discountOn({ percent: '2', until: '2027-03-11' }, eur(1_220));
const of = (base: Partial<Record<'credited' | 'split' | 'withheld', number>>) => {
  const { amount, payable } = settlingDiscount(given, { credited: 0, split: 0, withheld: 0, ...base });
  return [amount.amount, payable.amount];
};

test('a discount is a percentage of the total less what is credited and what the state gets', () => {
  expect(settlingDiscount(given)).toEqual(given);
  expect(of({})).toEqual([2_440, 119_560]);
  expect(of({ credited: 22_000 })).toEqual([2_000, 98_000]);
  expect(of({ split: 22_000 })).toEqual([2_000, 98_000]);
  expect(of({ credited: 61_000, split: 11_000 })).toEqual([1_000, 49_000]);
});

test('what is withheld counts for the discount, but does not have to be paid', () => {
  expect(of({ withheld: 20_000 })).toEqual([2_440, 99_560]);
});

test('an order that is credited in full has no discount left', () => {
  expect(of({ credited: 122_000 })).toEqual([0, 0]);
  expect(of({ credited: 120_000, withheld: 20_000 })).toEqual([40, 0]);
});
