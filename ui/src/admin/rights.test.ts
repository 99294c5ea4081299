import { describe, expect, it } from 'vitest';

import { placesOf } from './rights';

describe('whoever keeps the system', () => {
  it.each([
    ['clerk', ['password']],
    ['lead', ['devices', 'password']],
    ['manager', ['trail', 'password']],
    ['administrator', ['devices', 'accounts', 'trail', 'password']],
  ] as const)('is offered as a %s what the hub lets a %s do', (role, places) => {
    expect(placesOf(role)).toEqual(places);
  });
});
