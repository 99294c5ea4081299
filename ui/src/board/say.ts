import type { Bracket, Opening } from '../generated/wire';
import { dayInWords, dayOf, timeOfDay } from '../live/time';
import { t, words } from '../words/words.svelte';

/** A closing that is further away than this is no news. */
const CLOSES_SOON_MS = 3_600_000;

/** 「およそ10〜20分」, and plainer words at both ends. */
export function waitInWords(wait: Bracket): string {
  if (wait.to_min === 0) return t('board.wait_none');
  if (wait.from_min === 0 || wait.from_min === wait.to_min) return t('board.wait_up_to', { to: wait.to_min });
  return t('board.wait_about', { from: wait.from_min, to: wait.to_min });
}

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

/** How old the picture is, in the unit in which people would say it. */
export function ageInWords(silence_ms: number): string {
  const seconds = Math.floor(silence_ms / 1_000);
  return seconds < 60 ? t('board.age_seconds', { count: seconds }) : t('board.age_minutes', { count: Math.floor(seconds / 60) });
}
