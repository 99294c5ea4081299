/** The keys of the on-screen keyboard, by script, and what its marks do to the sign before them. */
export type Script = 'hiragana' | 'katakana' | 'latin' | 'digits';

const GOJUON = ['あかさたなはまやらわ', 'いきしちにひみ りを', 'うくすつぬふむゆるん', 'えけせてねへめ れー', 'おこそとのほもよろ・'];
const LATIN = ['1234567890', 'ABCDEFGHIJ', 'KLMNOPQRST', 'UVWXYZ-.@ '];

/** Rows of keys; an empty text is a gap. */
export function keysOf(script: Script): string[][] {
  switch (script) {
    case 'hiragana':
      return GOJUON.map(rowOf);
    case 'katakana':
      return GOJUON.map((row) => rowOf(toKatakana(row)));
    case 'latin':
      return LATIN.map(rowOf);
    case 'digits':
      return ['123', '456', '789', ' 0 '].map(rowOf);
  }
}

function rowOf(row: string): string[] {
  return Array.from(row.replaceAll('\u3000', ' '), (key) => key.trim());
}

export function toKatakana(text: string): string {
  return text.replace(/[ぁ-ゖ]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0x60));
}

const VOICED = pairs('かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼうゔ');
const HALF_VOICED = pairs('はぱひぴふぷへぺほぽ');
const SMALL = pairs('あぁいぃうぅえぇおぉつっやゃゆゅよょわゎ');

/** What each mark key turns the last sign into; the same key turns it back. */
export const MARKS = { '゛': VOICED, '゜': HALF_VOICED, 小: SMALL } as const;
export type Mark = keyof typeof MARKS;

/** Applies a mark to the sign before the caret; a sign that cannot bear it stays. */
export function marked(sign: string, mark: Mark): string {
  const plain = plainOf(sign);
  const table = MARKS[mark];
  if (table.get(plain) === sign) return plain;
  return table.get(plain) ?? sign;
}

function plainOf(sign: string): string {
  for (const table of Object.values(MARKS)) {
    for (const [plain, other] of table) if (other === sign) return plain;
  }
  return sign;
}

function pairs(text: string): Map<string, string> {
  const map = new Map<string, string>();
  for (const one of [text, toKatakana(text)]) {
    const signs = Array.from(one);
    for (let index = 0; index + 1 < signs.length; index += 2) map.set(signs[index] ?? '', signs[index + 1] ?? '');
  }
  return map;
}
