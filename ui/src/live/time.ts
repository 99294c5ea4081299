/** Where a page has no office to ask: a kiosk whose hub is away. */
export const ZONE_WITHOUT_OFFICE = 'Asia/Tokyo';

/** Formats are dear to make, and a board asks for the same few twice a second for months. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();
function format(language: string, style: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(style)}`;
  const known = FORMATS.get(key) ?? new Intl.DateTimeFormat(language, style);
  FORMATS.set(key, known);
  return known;
}

/** `9:05`, in the office's zone. */
export function timeOfDay(millis: number, zone: string): string {
  return format('ja-JP', { timeZone: zone, hour: 'numeric', minute: '2-digit' }).format(millis);
}

/** 11月24日(火) or Tue, Nov 24. */
export function dayInWords(millis: number, zone: string, language: string): string {
  const style = { timeZone: zone, month: language === 'ja' ? 'long' : 'short', day: 'numeric', weekday: 'short' } as const;
  return format(language, style).format(millis);
}

/** Whole minutes since; never negative, whatever two clocks say. */
export function minutesSince(since: number, now: number): number {
  return Math.max(0, Math.floor((now - since) / 60_000));
}

/** `2026-11-24`: the calendar day in a zone. */
export function dayOf(millis: number, zone: string): string {
  return format('sv-SE', { timeZone: zone }).format(millis);
}

/** The day so many days after `2026-11-24`. */
export const dayAfter = (day: string, days: number): string => new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** 2026年11月24日(火) or Tue, Nov 24, 2026, from `2026-11-24`. */
export function dateInWords(day: string, language: string): string {
  const style = { timeZone: 'UTC', year: 'numeric', month: 'long', day: 'numeric', weekday: 'short' } as const;
  return format(language, style).format(Date.parse(`${day}T00:00:00Z`));
}
