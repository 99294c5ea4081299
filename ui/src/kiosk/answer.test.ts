import { expect, test } from 'vitest';

import { toggled } from './answer';

test.each([
  ['', 'b', 'b'],
  ['b', 'a', 'a,b'],
  ['a,b', 'a', 'b'],
  ['b', 'b', ''],
])('%j with %s touched becomes %j', (value, id, result) => {
  expect(toggled(value, id, ['a', 'b', 'c'])).toBe(result);
});
