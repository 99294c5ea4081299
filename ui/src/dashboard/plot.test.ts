import { expect, test } from 'vitest';

import { busyHours } from './plot';

/** A day of half hours in which something happened at the given ones. */
const day = (...busy: number[]) => Array.from({ length: 48 }, (_, half) => ({ start: half * 1_800_000, issued: busy.includes(half) ? 1 : 0, called: 0 }));
const halves = (list: { start: number }[]) => list.map((half) => half.start / 1_800_000);

test('the plot shows the hours in which something happened, from a full hour on', () => {
  const shown = halves(busyHours(day(17, 35)));
  expect([shown[0], shown.at(-1)]).toEqual([16, 35]);
});

test('a day that has just begun still has the width of a working day', () => {
  expect(halves(busyHours(day(17)))).toHaveLength(16);
});

test('a day without visits shows nothing', () => {
  expect(busyHours(day())).toEqual([]);
});
