import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import { readWords } from '../../scripts/words-file';
import { FIRST_WORDS } from '../console/first';
import { FAMILIES } from './families';
import { fill } from './fill';

const source = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(source, '../../kiosk-config/words');
const languages = readdirSync(folder).filter((file) => file.endsWith('.toml')).map((file) => file.replace('.toml', ''));
const texts = new Map(languages.map((tag) => [tag, readWords(tag, readFileSync(join(folder, `${tag}.toml`), 'utf8')).words]));
const japanese = texts.get('ja') ?? {};

/** Keys that no page says by name: the slip's are the kiosk's, the paper's the hub's, the refusals' come with the answer. */
const SAID_ELSEWHERE = /^(slip|paper|refusal|language)\./;

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(svelte|ts)$/.test(file) && !file.endsWith('.test.ts') && !file.includes('generated'))
  .map((file) => ({ file, text: readFileSync(join(source, file), 'utf8') }));

/** Every key that the pages say, with the file that says it. */
function said(): Map<string, string> {
  const keys = new Map<string, string>();
  for (const { file, text } of files) {
    for (const match of text.matchAll(/\bt\(\s*['"`]([\w.]+)['"`]/g)) if (match[1]) keys.set(match[1], file);
  }
  for (const [family, members] of Object.entries(FAMILIES)) {
    for (const member of Object.keys(members)) keys.set(`${family}.${member}`, 'words/families.ts');
  }
  return keys;
}

const places = (text: string) => Array.from(text.matchAll(/\{(\w+)\}/g), (match) => match[1] ?? '');
const placeSet = (text: string) => [...new Set(places(text))].sort();

describe('the words of the office', () => {
  test('Japanese and English are there', () => {
    expect(languages).toEqual(expect.arrayContaining(['ja', 'en']));
  });

  test.each(languages)('%s has a text for every key that a page says', (tag) => {
    const missing = [...said()].filter(([key]) => texts.get(tag)?.[key] === undefined);
    expect(missing).toEqual([]);
  });

  test('no text stands there that nobody says', () => {
    const keys = said();
    const idle = Object.keys(japanese).filter((key) => !keys.has(key.replace(/_one$/, '')) && !SAID_ELSEWHERE.test(key));
    expect(idle).toEqual([]);
  });

  test.each(languages)('%s has the keys and the places of Japanese', (tag) => {
    const other = texts.get(tag) ?? {};
    expect(Object.keys(other).sort()).toEqual(Object.keys(japanese).sort());
    for (const [key, text] of Object.entries(other)) {
      expect([key, ...placeSet(text ?? '')]).toEqual([key, ...placeSet(japanese[key] ?? '')]);
    }
  });

  test('the console’s first picture says nothing but its first words', () => {
    const first = new Set<string>();
    const follow = (file: string) => {
      if (first.has(file)) return;
      first.add(file);
      const text = files.find((one) => one.file === file)?.text ?? '';
      for (const match of text.matchAll(/^\s*import (?!type)[^'(]*'(\.[^']*)';/gm)) {
        const path = join(dirname(file), match[1] ?? '').replaceAll('\\', '/');
        follow([path, `${path}.ts`, `${path}.svelte.ts`].find((one) => files.some(({ file }) => file === one)) ?? path);
      }
    };
    follow('console/Console.svelte');
    const saidFirst = files.filter(({ file }) => first.has(file)).flatMap(({ text }) => [
      ...Array.from(text.matchAll(/\bt\(\s*'([\w.]+)'/g), (match) => match[1] ?? ''),
      ...Array.from(text.matchAll(/\bof\('([\w.]+)'/g), (match) => match[1] ?? ''),
    ]);
    expect(saidFirst.length).toBeGreaterThan(50);
    // What a command answers and where a citizen goes next are said after the first press, when all texts have come.
    const later = /^(console\.(said|undone|go_on|alarm)|problem)(\.|$)/;
    const missing = saidFirst.filter((key) => key.includes('.') && !later.test(key) && !FIRST_WORDS.some((family) => key === family || key.startsWith(`${family}.`)));
    expect([...new Set(missing)]).toEqual([]);
  });

  test('a key is named in the code as it stands, so that this test can find it', () => {
    const allowed = ['kiosk/refusal.ts', 'words/refusal.ts', 'words/words.svelte.ts'];
    const hidden = files.filter(({ file, text }) => !allowed.includes(file.replaceAll('\\', '/')) && /\bt\((?!\s*['"])/.test(text.replace(/\bt\(\)/g, '')));
    expect(hidden.map(({ file }) => file)).toEqual([]);
  });
});

describe('filling a text', () => {
  const some = { ahead: '{count} people', ahead_one: '1 person', plain: '{name}, {other}' };

  test('puts values into their places and leaves unknown places alone', () => {
    expect(fill(some, 'plain', { name: 'A-001' })).toBe('A-001, {other}');
  });

  test('prefers the singular for a count of one', () => {
    expect(fill(some, 'ahead', { count: 1 })).toBe('1 person');
    expect(fill(some, 'ahead', { count: 3 })).toBe('3 people');
    expect(fill(some, 'plain', { count: 1, name: 'x', other: 'y' })).toBe('x, y');
  });

  test('shows the key where there is no text, so that the hole is seen', () => {
    expect(fill(some, 'gone', {})).toBe('gone');
  });
});
