import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import type { TownView } from '../generated/wire';
import { inFrontOf, TOWNS_SHOWN_MAX, townsFor, withHyphen } from './towns';

/** The delivered table. */
const towns: TownView[] = readFileSync('../kiosk-config/addresses/fukuyama.csv', 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [, pref = '', city = '', town = '', kana = '', postal = ''] = line.split(',');
    return { name: `${pref}${city}${town}`, kana, ...(postal === '' ? {} : { postal }) };
  });
const names = (typed: string) => townsFor(typed, towns).map((town) => town.name.replace('広島県福山市', ''));

describe('the towns that are offered while an address is typed', () => {
  it('begin alike with the city', () => {
    expect(inFrontOf(towns)).toBe('広島県福山市');
    expect(inFrontOf([])).toBe('');
  });

  it.each([
    ['ひがしさ', ['東桜町']],
    ['ヒガシサクラ', ['東桜町']],
    ['東桜', ['東桜町']],
    ['福山市東桜', ['東桜町']],
    ['広島県福山市ひがしさ', ['東桜町']],
    ['7200065', ['東桜町']],
    ['〒720-0065', ['東桜町']],
    ['７２００８４３', ['赤坂町赤坂']],
    ['はやと', ['赤坂町早戸']],
  ])('%s leads to %j', (typed, expected) => {
    expect(names(typed)).toEqual(expected);
  });

  it.each(['', '72', '広島県福山市', '東桜町', '広島県福山市東桜町', '広島県福山市東桜町3-5', '岡山県笠岡市', '9999999', 'Ng'])('%s leads to none', (typed) => {
    expect(names(typed)).toEqual([]);
  });

  it('narrow with every character, and are never more than fit above the keyboard', () => {
    const line = ['え', 'えき', 'えきや', 'えきやちょう', 'えきやちょうえ'];
    const counts = line.map((typed) => names(typed).length);
    expect(Math.max(...counts)).toBeLessThanOrEqual(TOWNS_SHOWN_MAX);
    expect(names('えきやちょうえ')).toEqual(['駅家町江良']);
  });

  it('a town with several postal codes has none', () => {
    const fukuda = towns.find((town) => town.name.endsWith('芦田町福田'));
    expect(fukuda).toBeDefined();
    expect(fukuda?.postal).toBeUndefined();
  });

  it('a postal code is written with its hyphen', () => {
    expect(withHyphen('7200065')).toBe('720-0065');
  });
});
