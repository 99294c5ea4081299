/**
 * Whether an answer can stand, and how it is kept and read: the same as the crate `forms` says, which the kiosk asks again.
 * `vectors.json` holds what it says; `check.test.ts` compares.
 */
import type { PhoneField } from '../generated/wire';
import { fromIso } from '../parts/wareki';
import type { Text } from '../words/words.svelte';

export type Reason =
  | 'required'
  | 'unknown_field'
  | 'not_an_option'
  | 'not_a_number'
  | 'out_of_range'
  | 'too_long'
  | 'too_short'
  | 'characters'
  | 'not_kana'
  | 'not_a_date'
  | 'in_the_future'
  | 'after_today'
  | 'too_early'
  | 'not_a_phone'
  | 'not_a_postal_code'
  | 'contradicting';

export type Checked = { kept: string } | { refused: Reason };

const VALUE_BYTES_MAX = 4_000;
const FIRST_SOLAR_DAY = '1873-01-01';
const U32_MAX = 0xffff_ffff;
const POSTAL_DIGITS = 7;

const refused = (reason: Reason): Checked => ({ refused: reason });
const kept = (value: string): Checked => ({ kept: value });

/** `today` is the office's day, ISO. */
export function check(field: PhoneField, typed: string, today: string): Checked {
  if (new TextEncoder().encode(typed).length > VALUE_BYTES_MAX) return refused('too_long');
  const value = typed.replace(/^[ \u3000\t\n\r]+|[ \u3000\t\n\r]+$/g, '');
  if (value === '') return field.required ? refused('required') : kept('');
  const { input } = field;
  switch (input.kind) {
    case 'choice':
      return input.options.some((option) => option.id === value && (option.days?.[0] ?? '') <= today) ? kept(value) : refused('not_an_option');
    case 'choices': {
      const chosen = value.split(',').map((id) => id.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, ''));
      const known = input.options.map((option) => option.id).filter((id) => chosen.includes(id));
      if (known.length !== chosen.length) return refused('not_an_option');
      const alone = input.options.some((option) => option.alone === true && known.includes(option.id));
      return alone && known.length > 1 ? refused('contradicting') : kept(known.join(','));
    }
    case 'number':
      return number(value, input.min, input.max);
    case 'text':
      return line(value, input.keyboard, input.min_chars, input.max_chars);
    case 'date':
      return date(value, input, today);
    case 'phone':
      return phone(value);
    case 'postal':
      return postal(value);
  }
}

/** What is offered on a day, and what was answered already: a fiscal year has its time. */
export function offeredOn<O extends { id: string; days?: [string, string] }>(options: readonly O[], today: string, answered: string): O[] {
  return options.filter(({ id, days }) => id === answered || days === undefined || (days[0] <= today && today <= days[1]));
}

function number(value: string, min: number, max: number): Checked {
  const digits = asciiDigits(value);
  if (!/^[0-9]+$/.test(digits)) return refused('not_a_number');
  const whole = Number(digits);
  return whole <= U32_MAX && min <= whole && whole <= max ? kept(String(whole)) : refused('out_of_range');
}

// eslint-disable-next-line no-control-regex -- these are what it looks for
const CANNOT_BE_WRITTEN = /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/;

function line(value: string, keyboard: string, minChars: number, maxChars: number): Checked {
  if (CANNOT_BE_WRITTEN.test(value)) return refused('characters');
  let text: string | null = value;
  if (keyboard === 'kana') text = katakana(value);
  if (text === null) return refused('not_kana');
  if (keyboard === 'digits') {
    text = asciiDigits(value);
    if (!/^[0-9]*$/.test(text)) return refused('not_a_number');
  }
  const chars = count(text);
  if (chars > maxChars) return refused('too_long');
  return chars < minChars ? refused('too_short') : kept(text);
}

function date(value: string, input: { birth: boolean; not_after_today: boolean; not_before?: string }, today: string): Checked {
  const incomplete = input.birth ? incompleteBirth(value) : null;
  if (incomplete !== null) {
    if (incomplete.first < FIRST_SOLAR_DAY) return refused('not_a_date');
    return incomplete.first > today ? refused('in_the_future') : kept(incomplete.kept);
  }
  if (fromIso(value) === null || value < FIRST_SOLAR_DAY) return refused('not_a_date');
  if (value > today && input.birth) return refused('in_the_future');
  if (value > today && input.not_after_today) return refused('after_today');
  return input.not_before !== undefined && value < input.not_before ? refused('too_early') : kept(value);
}

/** A birth date of which nobody knows the day or the month (不詳): `1954`, `1954-05`, and with zeros for what is not known. */
function incompleteBirth(value: string): { kept: string; first: string } | null {
  const [, year = '', month = '00'] = /^(\d{4})(?:-(\d{2}))?(?:(?<=-\d{2})-00)?$/.exec(value) ?? /^(\d{4})(\d{2})00$/.exec(value) ?? [];
  if (year === '' || Number(month) > 12) return null;
  return month === '00' ? { kept: year, first: `${year}-01-01` } : { kept: `${year}-${month}`, first: `${year}-${month}-01` };
}

/** Ten digits, or eleven for mobiles, from 0; `+81` stands for the 0. */
function phone(value: string): Checked {
  let digits = withoutGaps(value);
  const abroad = /^[+＋]81/.exec(digits);
  if (abroad !== null) digits = `0${digits.slice(abroad[0].length).replace(/^0/, '')}`;
  return /^0[0-9]{9,10}$/.test(digits) ? kept(digits) : refused('not_a_phone');
}

function postal(value: string): Checked {
  const digits = withoutGaps(value).replaceAll('〒', '');
  return digits.length === POSTAL_DIGITS && /^[0-9]+$/.test(digits) && !digits.startsWith('000') ? kept(digits) : refused('not_a_postal_code');
}

const asciiDigits = (value: string) => value.replace(/[０-９]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
/** Without spaces, brackets, and every stroke that a keyboard offers. */
const withoutGaps = (value: string) => asciiDigits(value).replace(/[ \u3000()（）.\u2010-\u2015\u2212－ーｰ-]/g, '');

const JOINS = [[0xfe00, 0xfe0f], [0xe0100, 0xe01ef], [0x300, 0x36f], [0x3099, 0x309a]] as const;
const codeOf = (sign: string) => sign.codePointAt(0) ?? 0;

/** Marks that one character may carry without being counted, as the hub counts them. */
const MARKS_MAX = 4;

/** Characters as people count them: variation selectors and combining marks belong to the character before. */
export function count(value: string): number {
  let counted = 0;
  let marks = 0;
  for (const sign of value) {
    const joins = JOINS.some(([first, last]) => first <= codeOf(sign) && codeOf(sign) <= last);
    marks = joins ? marks + 1 : 0;
    if (marks === 0 || marks > MARKS_MAX) counted += 1;
  }
  return counted;
}

const HALF_WIDTH = 'ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン';
const VOICED = 'カガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボウヴワヷヲヺ';
const HALF_VOICED = 'ハパヒピフプヘペホポ';

/** Full-width katakana; small and large kana are different readings and are never merged. `null` where anything else stands. */
export function katakana(value: string): string | null {
  let text = '';
  for (const sign of value) {
    if (/[ァ-ヺーヽヾ・ \u3000]/.test(sign)) text += sign;
    else if (/[ぁ-ゖゝゞ]/.test(sign)) text += String.fromCharCode(sign.charCodeAt(0) + 0x60);
    else if (sign === '･') text += '・';
    else if (/[-\u2010-\u2015\u2212－]/.test(sign) && /[ァ-ヺー]$/.test(text)) text += 'ー';
    else if (/[ｦ-ﾝ]/.test(sign)) text += HALF_WIDTH.charAt(sign.charCodeAt(0) - 0xff66);
    else {
      const pairs = 'ﾞ\u3099゛'.includes(sign) ? VOICED : 'ﾟ\u309A゜'.includes(sign) ? HALF_VOICED : null;
      const at = pairs === null ? -1 : plainAt(pairs, text.slice(-1));
      if (pairs === null || at < 0) return null;
      text = text.slice(0, -1) + pairs.charAt(at + 1);
    }
  }
  return text;
}

/** Plain kana stand at even places. */
function plainAt(pairs: string, sign: string): number {
  for (let at = 0; sign !== '' && at < pairs.length; at += 2) if (pairs.charAt(at) === sign) return at;
  return -1;
}

const textIn = (text: Text, tag: string) => text[tag] ?? text.ja ?? '';
const ERA_NAMES = { meiji: '明治', taisho: '大正', showa: '昭和', heisei: '平成', reiwa: '令和' } as const;

/** A kept value as people write it: 昭和55年2月17日, 世帯全員, 2通. */
export function inWords(field: PhoneField, value: string, tag: string): string {
  const { input } = field;
  const japanese = tag.startsWith('ja');
  switch (input.kind) {
    case 'choice':
    case 'choices': {
      if (input.kind === 'choices' && value === '' && input.none !== undefined) return textIn(input.none, tag);
      const labels = value.split(',').flatMap((id) => input.options.filter((option) => option.id === id));
      return labels.map((option) => textIn(option.label, tag)).join(japanese ? '・' : ', ');
    }
    case 'number': {
      const unit = input.unit === undefined ? '' : textIn(input.unit, tag);
      if (value === '' || unit === '') return value;
      return japanese ? value + unit : `${value} ${unit}`;
    }
    case 'date': {
      const day = fromIso(value);
      if (day === null) return incompleteInWords(value, japanese);
      const era = `${ERA_NAMES[day.era]}${day.year === 1 ? '元' : String(day.year)}年${String(day.month)}月${String(day.day)}日`;
      return japanese ? era : `${value} (${era})`;
    }
    case 'phone':
      return grouped(value);
    case 'postal':
      return value.length < 3 ? '' : `〒${value.slice(0, 3)}-${value.slice(3)}`;
    case 'text':
      return value;
  }
}

/** 昭和29年(月日不詳), 昭和29年5月(日不詳); where an era changed in that time, both. */
function incompleteInWords(value: string, japanese: boolean): string {
  const [, year, month] = /^(\d{4})(?:-(\d{2}))?$/.exec(value) ?? [];
  if (year === undefined) return value;
  const ends = month === undefined ? [`${year}-01-01`, `${year}-12-31`] : [`${year}-${month}-01`, `${year}-${month}-28`];
  const years = ends.map((end) => {
    const day = fromIso(end);
    return day === null ? `西暦${year}年` : `${ERA_NAMES[day.era]}${day.year === 1 ? '元' : String(day.year)}年`;
  });
  const known = [...new Set(years)].join('・') + (month === undefined ? '' : `${String(Number(month))}月`);
  const unknown = month === undefined ? '月日不詳' : '日不詳';
  return japanese ? `${known}(${unknown})` : `${value} (${known}, ${unknown})`;
}

/** Hyphens only where the length of the area code is certain. */
function grouped(digits: string): string {
  const [first, second] =
    digits.length === 11 ? [3, 4] : /^(0120|0570)/.test(digits) ? [4, 3] : /^0[36]/.test(digits) ? [2, 4] : digits.startsWith('0849') ? [3, 3] : [10, 0];
  const groups = [digits.slice(0, first), digits.slice(first, first + second), digits.slice(first + second)];
  return groups.filter((group) => group !== '').join('-');
}
