import { describe, expect, it } from 'vitest';
import type { Money } from '../../../../src/kernel/money.ts';
import { isLooser, writeOffLimit } from '../../../../src/modules/settings/rules/loosening.ts';
import { eur } from '../../../support/builders.ts';

const usd = (units: number): Money => ({ amount: units * 100, currency: 'USD' });
const over = (writeOffApprovalOver: Money | readonly Money[] | null) => ({ writeOffApprovalOver });

describe('what may be written off without a second person', () => {
  it('is any amount if no threshold is set, else that of the currency, else nothing', () => {
    expect(writeOffLimit(over(null), 'EUR')).toBeNull();
    expect(writeOffLimit(over(eur(50)), 'EUR')).toBe(5_000);
    expect(writeOffLimit(over([eur(50), usd(30)]), 'USD')).toBe(3_000);
    expect(writeOffLimit(over([eur(50), usd(30)]), 'CHF')).toBe(0);
  });
});

describe('a change of the thresholds', () => {
  const looser = (before: Money | readonly Money[] | null, after: Money | readonly Money[] | null) =>
    isLooser(over(before), over(after));

  it('is looser if it raises one, removes all, or gives one to a currency in which every write-off waited', () => {
    expect(looser(eur(50), eur(50.01))).toBe(true);
    expect(looser(eur(50), null)).toBe(true);
    expect(looser(eur(50), [eur(50), usd(1)])).toBe(true);
    expect(looser(eur(50), usd(50))).toBe(true);
    expect(looser([eur(50), usd(30)], [eur(40), usd(31)])).toBe(true);
  });

  it('is not looser if it sets the first ones, lowers one, or removes one of several', () => {
    expect(looser(null, eur(50))).toBe(false);
    expect(looser(null, [eur(50), usd(30)])).toBe(false);
    expect(looser(null, null)).toBe(false);
    expect(looser(eur(50), [eur(50)])).toBe(false);
    expect(looser(eur(50), eur(49))).toBe(false);
    expect(looser([eur(50), usd(30)], eur(50))).toBe(false);
    expect(looser(eur(50), [eur(50), usd(0)])).toBe(false);
  });
});
