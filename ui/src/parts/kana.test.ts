import { describe, expect, test } from 'vitest';

import { keysOf, marked, toKatakana } from './kana';

describe('the kana keyboard', () => {
  test('has every sign of the 五十音 exactly once, in ten columns', () => {
    const rows = keysOf('hiragana');
    for (const row of rows) expect(row).toHaveLength(10);
    const signs = rows.flat().filter((key) => key !== '');
    expect(new Set(signs).size).toBe(signs.length);
    expect(signs.sort().join('')).toBe(
      Array.from('あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをんー・').sort().join(''),
    );
  });

  test('katakana stand where their hiragana stand', () => {
    expect(keysOf('katakana')[0]?.join('')).toBe('アカサタナハマヤラワ');
    expect(toKatakana('ふくやま ゔ')).toBe('フクヤマ ヴ');
  });

  test.each([
    ['か', '゛', 'が'],
    ['が', '゛', 'か'],
    ['は', '゜', 'ぱ'],
    ['ば', '゜', 'ぱ'],
    ['ぱ', '゛', 'ば'],
    ['や', '小', 'ゃ'],
    ['ツ', '小', 'ッ'],
    ['っ', '゛', 'づ'],
    ['ん', '゛', 'ん'],
    ['', '小', ''],
  ] as const)('%s with %s becomes %s', (sign, mark, result) => {
    expect(marked(sign, mark)).toBe(result);
  });
});
