import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import { phonePage } from '../gallery/phones';
import { checklistOf, parseLink, Ticks, ticksOf, type Link } from './plan';

const file = join(dirname(fileURLToPath(import.meta.url)), 'links.tsv');
const cases = readFileSync(file, 'utf8').split('\n').filter((line) => !line.startsWith('# ') && line.includes('\t')).map((line) => line.split('\t') as [string, string]);

function said(link: Link): string {
  const lines = link.lines.map((line) => [line.rule, line.toConfirm ? 'confirm' : 'due', line.later ? 'later' : 'today', line.lastDay ?? '-', line.openBy ?? '-'].join('/'));
  return [link.lifeEvent, link.day, ...lines].join(' ');
}

describe('the code of a plan', () => {
  test.each(cases)('%s is read as the kiosk wrote it', (text, expected) => {
    const link = parseLink(text);
    expect(link === null ? '-' : said(link)).toBe(expected);
  });

  test('there are plans and what is none among the cases', () => {
    expect(cases.length).toBeGreaterThan(30);
    expect(cases.filter(([, expected]) => expected !== '-').length).toBe(6);
  });

  test('whatever stands behind # is read or refused', () => {
    const signs = 'plan=1.;day~cxl-0123456789AZaz_#%あ\u0000 ';
    let seed = 7;
    const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 3_000; round++) {
      const text = Array.from({ length: next(60) }, () => signs[next(signs.length)]).join('');
      expect(() => parseLink(text)).not.toThrow();
      expect(() => parseLink(`plan=1.moving.${text};day=20261124`)).not.toThrow();
    }
    expect(parseLink(`plan=1.${'a.'.repeat(600)};day=20261124`)).toBeNull();
  });
});

describe('the checklist', () => {
  const link = parseLink('plan=1.moving.M1~-3.M8~14x2.M19~l.M13~c13.M22.B24.M99;day=20261124');
  const list = link && checklistOf(link, phonePage, '2026-11-24');

  test('stands by counter, later and elsewhere, and what the page does not know is counted', () => {
    expect(list?.counters.map((group) => [group.key, group.errands.map((one) => one.rule)])).toEqual([['moving', ['M1']], ['insurance', ['M8']]]);
    expect(list?.later.flatMap((group) => group.errands.map((one) => one.rule))).toEqual(['M19']);
    expect(list?.elsewhere.flatMap((group) => group.errands.map((one) => one.rule))).toEqual(['M13', 'M22']);
    expect(list?.automatic.map((one) => one.rule)).toEqual(['B24']);
    expect(list?.gone).toBe(1);
    expect(list?.counters.flatMap((group) => group.errands.map((one) => one.overdue))).toEqual([true, false]);
  });

  test('of a life event that the page does not know is none', () => {
    const other = parseLink('plan=1.wedding.W1;day=20261124');
    expect(other && checklistOf(other, phonePage, '2026-11-24')).toBeNull();
  });

  test('what was ticked is kept on the phone, and where nothing can be kept it is not', () => {
    const kept = new Map<string, string>();
    const store = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) } as unknown as Storage;
    if (!link || !list) throw new Error('no list');
    const ticks = new Ticks(link, () => store);
    const first = list.counters[0]?.errands[0];
    ticks.write(first ? ticksOf(first) : []);
    expect(new Ticks(link, () => store).read()).toEqual(['M1.0', 'M1.1']);
    ticks.write([]);
    expect(kept.size).toBe(0);
    kept.set('uketsuke-checklist-moving-2026-11-24', '{"broken"');
    expect(new Ticks(link, () => store).read()).toEqual([]);
    const other = new Ticks({ ...link, day: '2026-11-25' }, () => store);
    other.write(['M1.0']);
    expect(new Ticks(link, () => store).read(), 'the plan of another day is another plan').toEqual([]);
    const without = new Ticks(link, () => { throw new Error('SecurityError'); });
    expect([without.isKept, without.read()]).toEqual([false, []]);
    without.write(['M1.0']);
  });
});
