import { describe, expect, test } from 'vitest';

import { daysOf, fromIso, monthsOf, settled, toIso, yearsOf } from './wareki';

const TODAY = '2026-11-24';

describe('the eras', () => {
  test.each([
    ['1873-01-01', 'meiji', 6],
    ['1912-07-29', 'meiji', 45],
    ['1912-07-30', 'taisho', 1],
    ['1926-12-24', 'taisho', 15],
    ['1926-12-25', 'showa', 1],
    ['1980-02-17', 'showa', 55],
    ['1989-01-07', 'showa', 64],
    ['1989-01-08', 'heisei', 1],
    ['2019-04-30', 'heisei', 31],
    ['2019-05-01', 'reiwa', 1],
  ] as const)('%s lies in %s %i, and comes back', (iso, era, year) => {
    const date = fromIso(iso);
    expect(date).toMatchObject({ era, year });
    expect(date && toIso(date)).toBe(iso);
  });

  test.each(['', '1980-2-17', '1980-02-30', '1872-12-31', '2026-13-01', 'today'])('%j is no date', (iso) => {
    expect(fromIso(iso)).toBeNull();
  });

  test('agree with the platform calendar on every first and last day', () => {
    const format = new Intl.DateTimeFormat('en-u-ca-japanese', { era: 'long', year: 'numeric', timeZone: 'UTC' });
    for (const iso of ['1912-07-29', '1912-07-30', '1926-12-24', '1926-12-25', '1989-01-07', '1989-01-08', '2019-04-30', '2019-05-01']) {
      const parts = Object.fromEntries(format.formatToParts(new Date(iso)).map((part) => [part.type, part.value]));
      const era = parts.era?.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
      expect(fromIso(iso), iso).toMatchObject({ era, year: Number(parts.year ?? parts.relatedYear) });
    }
  });
});

describe('the wheels', () => {
  test('offer only what the era has', () => {
    expect(yearsOf('showa', TODAY)).toHaveLength(64);
    expect(yearsOf('reiwa', TODAY).at(-1)).toBe(8);
    expect(yearsOf('meiji', TODAY)[0]).toBe(6);
    expect(monthsOf('showa', 64)).toEqual([1]);
    expect(daysOf('showa', 64, 1)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(monthsOf('reiwa', 1)[0]).toBe(5);
    expect(daysOf('heisei', 1, 1)[0]).toBe(8);
  });

  test('know leap years', () => {
    expect(daysOf('showa', 55, 2)).toHaveLength(29);
    expect(daysOf('showa', 56, 2)).toHaveLength(28);
  });

  test('settle on the nearest date that exists', () => {
    expect(settled({ era: 'showa', year: 64, month: 12, day: 31 }, TODAY)).toEqual({ era: 'showa', year: 64, month: 1, day: 7 });
    expect(settled({ era: 'heisei', year: 40, month: 5, day: 1 }, TODAY)).toEqual({ era: 'heisei', year: 31, month: 4, day: 1 });
    expect(settled({ era: 'reiwa', year: 20, month: 2, day: 30 }, TODAY)).toEqual({ era: 'reiwa', year: 8, month: 2, day: 28 });
  });
});
