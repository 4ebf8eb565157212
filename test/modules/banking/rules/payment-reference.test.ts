import fc from 'fast-check';
import { expect, it } from 'vitest';
import { numberInReference, numberKeysIn } from '../../../../src/modules/banking/rules/numbers.ts';
import {
  creditorReference,
  grouped,
  isPaymentReference,
  paymentReference,
  RANDOM_SIGNS,
} from '../../../../src/modules/banking/rules/payment-reference.ts';

const references = fc.uint8Array({ minLength: RANDOM_SIGNS, maxLength: RANDOM_SIGNS }).map(paymentReference);
const SIGNS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

it('a reference has at most 20 signs, none of which is taken for another, and is recognised', () => {
  fc.assert(
    fc.property(references, (reference) => {
      expect(reference).toMatch(/^NT[2-9A-HJ-NP-Z]{10}$/);
      expect(reference.slice(2)).not.toMatch(/[01OI]/);
      expect(isPaymentReference(reference)).toBe(true);
    }),
  );
});

it('a wrong sign, or two that changed places, makes another text of it', () => {
  fc.assert(
    fc.property(references, fc.nat(9), fc.constantFrom(...SIGNS), (reference, place, sign) => {
      const at = place + 2;
      const wrong = reference.slice(0, at) + sign + reference.slice(at + 1);
      expect(isPaymentReference(wrong)).toBe(sign === reference[at]);
      if (place === 9) return;
      const [one, two] = [reference[at]!, reference[at + 1]!];
      const swapped = reference.slice(0, at) + two + one + reference.slice(at + 2);
      expect(isPaymentReference(swapped)).toBe(one === two);
    }),
  );
});

it('is recognised alone in a text of 140 signs, in groups, in small letters, and as a creditor reference', () => {
  fc.assert(
    fc.property(references, (reference) => {
      const around = (text: string) =>
        `BONIFICO DA ALFA RICAMBI SRL PER ${text} DEL 12/11/2026 TRN 1101260300000001`.slice(0, 140);
      for (const written of [
        reference,
        grouped(reference),
        reference.toLowerCase(),
        grouped(creditorReference(reference)),
      ])
        expect(numberKeysIn(around(written))).toContain(reference);
    }),
  );
});

it.each([
  ['539007547034', 'RF18539007547034'],
  ['2348231', 'RF712348231'],
  ['0000002348231', 'RF710000002348231'],
])('the creditor reference of %s is %s (ISO 11649)', (number, reference) => {
  expect(creditorReference(number)).toBe(reference);
  expect(numberInReference(reference)).toBe(number.replace(/^0+/, ''));
});

it('check digits 00, 01 and 99 are none, and 22 signs are too many', () => {
  for (const digits of ['00', '01', '99'])
    for (let n = 0; n < 300; n++) expect(numberInReference(`RF${digits}${n}`)).toBeNull();
  expect(() => creditorReference('A'.repeat(22))).toThrow(RangeError);
});
