/** Towns (町字) that fit what was typed of an address: by kana, by kanji, by postal code; offline, from the office's own table. */
import type { TownView } from '../generated/wire';

/** So many stand above the keyboard. */
export const TOWNS_SHOWN_MAX = 4;

const DIGITS_MIN = 3;
const KATAKANA_BEHIND_HIRAGANA = 0x60;

/** Only for looking something up: what is typed stays as it is. */
function folded(typed: string): string {
  const wide = typed.normalize('NFKC').replace(/[\s〒]/g, '');
  return wide.replace(/[ぁ-ゖ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + KATAKANA_BEHIND_HIRAGANA));
}

/** What all towns of the table have in front: 広島県福山市. */
export function inFrontOf(towns: readonly TownView[]): string {
  const [first, ...rest] = towns.map((town) => town.name);
  if (first === undefined || rest.length === 0) return '';
  let length = first.length;
  for (const name of rest) while (length > 0 && !name.startsWith(first.slice(0, length))) length -= 1;
  // Two towns of a small table may begin alike: what is in front ends with the city.
  const end = /^.*[市区町村]/.exec(first.slice(0, length));
  return end === null ? '' : end[0];
}

/** The towns that fit, those first that begin with it. None where a town stands there already. */
export function townsFor(typed: string, towns: readonly TownView[]): TownView[] {
  const front = inFrontOf(towns);
  const line = folded(typed);
  if (line === '') return [];
  const digits = line.replaceAll('-', '');
  if (/^\d+$/.test(digits)) {
    if (digits.length < DIGITS_MIN) return [];
    return towns.filter((town) => town.postal?.startsWith(digits)).slice(0, TOWNS_SHOWN_MAX);
  }
  const fronts = [front, front.replace(/^.*?[都道府県]/, '')].filter((one) => one !== '');
  const before = fronts.find((one) => line.startsWith(folded(one)));
  const rest = before === undefined ? line : line.slice(folded(before).length);
  if (rest === '') return [];
  const bare = towns.map((town) => ({ town, name: folded(town.name.slice(front.length)), kana: town.kana }));
  const begins = bare.filter(({ name, kana }) => (name.startsWith(rest) && name !== rest) || kana.startsWith(rest));
  const within = rest.length < 2 ? [] : bare.filter((one) => !begins.includes(one) && one.name !== rest && (one.name.includes(rest) || one.kana.includes(rest)));
  return [...begins, ...within].map(({ town }) => town).slice(0, TOWNS_SHOWN_MAX);
}

/** 720-0065. */
export const withHyphen = (postal: string): string => `${postal.slice(0, 3)}-${postal.slice(3)}`;
