import { describe, expect, test } from 'vitest';

import type { ExportForm, ExportTarget } from '../generated/wire';
import { Refused } from '../host/host';
import type { Session } from '../session.svelte';
import { missingOf, nextPlace, placesOf, Presses, substitutesOf, targetsOf } from './transcribe';

const name = { ja: '様式' };
const form = (procedure: string, ...values: [string, string][]): ExportForm => ({
  procedure,
  name,
  groups: [{ cells: values.map(([header, value]) => ({ header, value })) }],
  faults: [],
});

describe('handing a case over', () => {
  test('offers only targets that take one of its forms', () => {
    const target = (id: string, ...procedures: string[]): ExportTarget => ({ id, name, procedures, example: false, ways: ['screen'] });
    const all = [target('juki', 'idou'), target('shomei', 'juminhyo', 'inkan_shomei')];
    expect(targetsOf(all, ['kokuho', 'juminhyo']).map(({ id }) => id)).toEqual(['shomei']);
    expect(targetsOf(all, [])).toEqual([]);
  });

  test('copies in the target’s order, leaves empty values out, and comes back to what was left out', () => {
    const places = placesOf([form('a', ['氏名', '髙橋'], ['カナ', ''], ['住所', 'みどり市']), form('b', ['氏名', '髙橋'])]);
    expect(places.map(({ place }) => place)).toEqual(['a/氏名', 'a/住所', 'b/氏名']);
    const order = places.map(({ place }) => place);
    expect(nextPlace(order, new Set(['a/氏名']), 'a/氏名')).toBe('a/住所');
    expect(nextPlace(order, new Set(['a/住所', 'b/氏名']), 'b/氏名')).toBe('a/氏名');
    expect(nextPlace(order, new Set(order), 'b/氏名')).toBeUndefined();
  });

  test('tells each character without a code once, with every value in which it stands', () => {
    const character = { character: '𠮷', code_points: 'U+20BB7' };
    const told = missingOf([
      { header: '氏名', kind: 'not_encodable', characters: [character] },
      { header: '住所', kind: 'too_long', chars: 9, chars_max: 5 },
      { header: '世帯主', kind: 'not_encodable', characters: [character] },
    ]);
    expect(told).toEqual([{ character: '𠮷', codePoints: 'U+20BB7', headers: ['氏名', '世帯主'] }]);
    expect(substitutesOf({ 𠮷: '吉', 芦: '' })).toEqual([{ character: '𠮷', by: '吉' }]);
  });

  test('a press whose answer was lost carries its key again; another press has its own', async () => {
    const keys: (string | undefined)[] = [];
    let lost = true;
    const session = {
      call: (_: string, __: string, ___: unknown, options: { key?: string }) => {
        keys.push(options.key);
        return lost ? Promise.reject(new Refused('hub_away')) : Promise.resolve({});
      },
    } as unknown as Session;
    const presses = new Presses(session);
    await expect(presses.send('/x', { a: 1 })).rejects.toThrow();
    lost = false;
    await presses.send('/x', { a: 1 });
    await presses.send('/x', { a: 1 });
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });
});
