import { expect, test } from 'vitest';

import { dayAfter, minutes, share } from './format';

test('what was not measured is a dash, and never a zero', () => {
  expect(minutes(undefined)).toBe('–');
  expect(share(undefined)).toBe('–');
  expect(minutes(0)).toBe('0.0');
});

test('a share is shown in percent', () => {
  expect(share(0.1234)).toBe('12.3');
});

test.each([
  ['2026-11-24', 1, '2026-11-25'],
  ['2026-03-01', -1, '2026-02-28'],
  ['2026-12-31', 1, '2027-01-01'],
])('%s and %i days is %s', (day, days, result) => {
  expect(dayAfter(day, days)).toBe(result);
});
