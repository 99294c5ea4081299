import { expect, test } from 'vitest';

import { firstAnswer, toggled } from './answer';

const OPTIONS = [{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'none', alone: true }, { id: 'unknown', alone: true }];

test.each([
  ['', 'b', 'b'],
  ['b', 'a', 'a,b'],
  ['a,b', 'a', 'b'],
  ['b', 'b', ''],
  ['a,b', 'none', 'none'],
  ['none', 'c', 'c'],
  ['none', 'unknown', 'unknown'],
  ['unknown', 'unknown', ''],
])('%j with %s touched becomes %j', (value, id, result) => {
  expect(toggled(value, id, OPTIONS)).toBe(result);
});

test('a date is nobody’s answer before it was chosen', () => {
  const field = (input: Parameters<typeof firstAnswer>[0]['input'], value = '') => ({ id: 'it', question: {}, label: {}, required: true, input, value });
  expect(firstAnswer(field({ kind: 'date', birth: true }))).toBe('');
  expect(firstAnswer(field({ kind: 'date', birth: false }))).toBe('');
  expect(firstAnswer(field({ kind: 'date', birth: false }, '2026-11-20'))).toBe('2026-11-20');
  expect(firstAnswer(field({ kind: 'number', min: 1, max: 9 }))).toBe('1');
});
