import { expect, test } from 'vitest';
import { defaultTerms } from '../../../../src/modules/settings/rules/defaults.ts';
import { labelFor } from '../../../../src/modules/terms/rules/terms.ts';

test('a label is shown in the customer’s language, or in English if it lacks that one', () => {
  const [net30] = defaultTerms.terms;
  expect(labelFor(net30!.label, 'it-IT')).toBe('Pagamento a 30 giorni');
  expect(labelFor(net30!.label, 'de')).toBe('Net 30 days');
  expect(labelFor('30 gg', 'en')).toBe('30 gg');
});
