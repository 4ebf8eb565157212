import { expect, test } from 'vitest';
import { defaultTerms } from '../../../../src/modules/settings/rules/defaults.ts';
import { labelFor } from '../../../../src/modules/terms/rules/terms.ts';

test('a label is read in the customer’s language, English where there is none', () => {
  const [net30] = defaultTerms.terms;
  expect(labelFor(net30!.label, 'it-IT')).toBe('Pagamento a 30 giorni');
  expect(labelFor(net30!.label, 'de')).toBe('Net 30 days');
  expect(labelFor('30 gg', 'en')).toBe('30 gg');
});
