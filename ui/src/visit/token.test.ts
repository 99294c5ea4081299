import { expect, test } from 'vitest';

import { tokenIn } from './token';

test.each([
  ['/v/aZ9_-x', 'aZ9_-x'],
  ['/v/aZ9/', 'aZ9'],
  ['/v/', null],
  ['/visit/', null],
  ['/v/a/b', null],
  [`/v/${'a'.repeat(129)}`, null],
])('%s carries %s', (address, token) => {
  expect(tokenIn(address)).toBe(token);
});
