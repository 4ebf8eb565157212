import { expect, test } from 'vitest';
import { withoutDirectionControls } from '../../src/kernel/foreign-text.ts';

test('each of the twelve characters that turn the direction of text is removed, and no other', () => {
  const controls = '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069';
  expect(withoutDirectionControls(`SO-${controls}1042`)).toBe('SO-1042');
  const names = 'Żółć S.r.l., חברה בע״מ, شركة, نمی\u200cخواهم, 👩\u200d🔧, a\u200bb\u2060c\ufeff';
  expect(withoutDirectionControls(names)).toBe(names);
});
