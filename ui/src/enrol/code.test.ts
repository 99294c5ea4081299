import { expect, test } from 'vitest';

import { grouped, signsOf, SIGNS } from './code';

test.each([
  ['7KQ2-M9XD', '7KQ2M9XD'],
  ['7kq2 m9xd', '7KQ2M9XD'],
  ['７ＫＱ２ーＭ９ＸＤ', '7KQ2M9XD'],
  ['olio', '0110'],
  ['7KQ2-M9XD-EXTRA', '7KQ2M9XD'],
  ['うけつけ!', ''],
])('%s is read as %s', (typed, signs) => {
  expect(signsOf(typed)).toBe(signs);
});

test('there are 32 signs, and each is read as itself', () => {
  expect(SIGNS).toHaveLength(32);
  for (const sign of SIGNS) expect(signsOf(sign)).toBe(sign);
});

test('a code is sent in two groups', () => {
  expect(grouped('7KQ2M9XD')).toBe('7KQ2-M9XD');
});
