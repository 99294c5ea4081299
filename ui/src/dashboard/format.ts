/** Nothing was measured: shown as a dash, never as zero. */
const NOTHING = '–';

/** Minutes with one decimal. */
export function minutes(value: number | undefined): string {
  return value === undefined ? NOTHING : value.toFixed(1);
}

/** A share of one in percent, without its sign. */
export function share(value: number | undefined): string {
  return value === undefined ? NOTHING : (value * 100).toFixed(1);
}

export function count(value: number): string {
  return value.toLocaleString('ja-JP');
}

/** The calendar day `days` after an ISO day. */
export function dayAfter(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
