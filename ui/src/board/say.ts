import type { Opening } from '../generated/wire';
import { dayInWords, dayOf, timeOfDay } from '../live/time';
import { t, words } from '../words/words.svelte';

/** A closing that is further away than this is no news. */
const CLOSES_SOON_MS = 3_600_000;

/** When an opening state changes, as far as somebody in the hall needs it; nothing where it is not known. */
export function untilInWords(opening: Opening, until: number | undefined, now: number, zone: string): string {
  if (until === undefined) return '';
  const time = timeOfDay(until, zone);
  switch (opening) {
    case 'open':
      return until - now < CLOSES_SOON_MS ? t('board.closes_at', { time }) : '';
    case 'pause':
      return t('board.resumes_at', { time });
    case 'before_opening':
    case 'closed':
    case 'day_off':
      return dayOf(until, zone) === dayOf(now, zone) ? t('board.opens_at', { time }) : t('board.opens_on', { day: dayInWords(until, zone, words.tag), time });
    case 'full':
      return '';
  }
}
