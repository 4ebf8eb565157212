import { expect, test } from 'vitest';
import { withoutDirectionControls, withoutLinks } from '../../src/kernel/foreign-text.ts';

test('each of the twelve characters that turn the direction of text is removed, and no other', () => {
  const controls = '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069';
  expect(withoutDirectionControls(`SO-${controls}1042`)).toBe('SO-1042');
  const names = 'Żółć S.r.l., חברה בע״מ, شركة, نمی\u200cخواهم, 👩\u200d🔧, a\u200bb\u2060c\ufeff';
  expect(withoutDirectionControls(names)).toBe(names);
});

const broken = (text: string) => withoutLinks(text).replaceAll('\u2060', '|');

test.each([
  ['evil.example', 'evil|.|example'],
  ['evil.example/pay?a=1', 'evil|.|example/pay?a=1'],
  ['Pay at EVIL.EXAMPLE.', 'Pay at EVIL|.|EXAMPLE.'],
  ['www.evil.co.uk', 'www|.|evil|.|co|.|uk'],
  ['WWW.1and1.example', 'WWW|.|1and1|.|example'],
  ['https://evil.example', 'https|:|//evil|.|example'],
  ['http://localhost/x', 'http|:|//localhost/x'],
  ['pay@evil.example', 'pay@evil|.|example'],
  ['bücher.ευ почта.рф 例え.テスト भ.भारत', 'bücher|.|ευ почта|.|рф 例え|.|テスト भ|.|भारत'],
  ['evil.xn--p1ai', 'evil|.|xn--p1ai'],
  ['evil。example evil．example', 'evil|。|example evil|．|example'],
  ['💩.la', '💩|.|la'],
  ['192.0.2.7/pay', '192|.|0.2.7/pay'],
  ['\\\\evil\\share', '|\\|\\evil\\share'],
])('%s cannot become a link: %s', (text, expected) => {
  expect(broken(text)).toBe(expected);
});

test.each([
  'Rossi S.r.l.',
  'S.p.A.',
  'e.V.',
  '2026.15/A',
  '1.220,00 EUR',
  '15.11.2026',
  'FT: 7',
  'a / b // c',
])('%s stays as it is, so that it can be copied and searched', (text) => {
  expect(withoutLinks(text)).toBe(text);
});
