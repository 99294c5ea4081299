/**
 * The Japanese eras as the civil calendar counts them: first and last day, as in 元号法 and its decrees.
 * 明治 begins with year 6, the first of the solar calendar.
 */
export const ERAS = [
  { id: 'meiji', firstYear: 6, base: 1867, from: '1873-01-01', to: '1912-07-29' },
  { id: 'taisho', firstYear: 1, base: 1911, from: '1912-07-30', to: '1926-12-24' },
  { id: 'showa', firstYear: 1, base: 1925, from: '1926-12-25', to: '1989-01-07' },
  { id: 'heisei', firstYear: 1, base: 1988, from: '1989-01-08', to: '2019-04-30' },
  { id: 'reiwa', firstYear: 1, base: 2018, from: '2019-05-01', to: '9999-12-31' },
] as const;

export type EraId = (typeof ERAS)[number]['id'];

/** A date as people say it. It may name a day that does not exist until it went through {@link settled}. */
export interface EraDate {
  era: EraId;
  year: number;
  month: number;
  day: number;
}

const eraOf = (id: EraId) => ERAS.find((era) => era.id === id) ?? ERAS[4];
const two = (value: number) => String(value).padStart(2, '0');
const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
const daysInMonth = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** `1980-02-17` → 昭和55年2月17日; nothing for what is no date, or lies before 明治6年. */
export function fromIso(iso: string): EraDate | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  if (match === null) return null;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  const era = ERAS.find((one) => one.from <= iso && iso <= one.to);
  return era ? { era: era.id, year: year - era.base, month, day } : null;
}

/** 昭和55年2月17日 → `1980-02-17`. */
export function toIso(date: EraDate): string {
  return `${String(date.year + eraOf(date.era).base).padStart(4, '0')}-${two(date.month)}-${two(date.day)}`;
}

/** The years of an era that are neither after `lastIso` nor before `firstIso`. */
export function yearsOf(era: EraId, lastIso: string, firstIso = ''): number[] {
  const { firstYear, base, to } = eraOf(era);
  const last = to < lastIso ? to : lastIso;
  return range(Math.max(firstYear, Number(firstIso.slice(0, 4)) - base), Number(last.slice(0, 4)) - base);
}

/** The months of a year that belong to its era: 昭和64年 has one, 平成31年 four. */
export function monthsOf(era: EraId, year: number): number[] {
  const { base, from, to } = eraOf(era);
  const iso = String(year + base);
  return range(
    from.startsWith(iso) ? Number(from.slice(5, 7)) : 1,
    to.startsWith(iso) ? Number(to.slice(5, 7)) : 12,
  );
}

/** The days of a month that belong to its era: 昭和64年1月 has seven. */
export function daysOf(era: EraId, year: number, month: number): number[] {
  const { base, from, to } = eraOf(era);
  const iso = `${String(year + base)}-${two(month)}`;
  return range(
    from.startsWith(iso) ? Number(from.slice(8)) : 1,
    to.startsWith(iso) ? Number(to.slice(8)) : daysInMonth(year + base, month),
  );
}

/** The nearest date that exists, wheel by wheel: 昭和64年12月31日 → 昭和64年1月7日. */
export function settled(date: EraDate, lastIso: string, firstIso = ''): EraDate {
  const year = nearest(yearsOf(date.era, lastIso, firstIso), date.year);
  const month = nearest(monthsOf(date.era, year), date.month);
  const day = nearest(daysOf(date.era, year, month), date.day);
  return { era: date.era, year, month, day };
}

function nearest(values: number[], wanted: number): number {
  return Math.min(Math.max(wanted, values[0] ?? wanted), values.at(-1) ?? wanted);
}
