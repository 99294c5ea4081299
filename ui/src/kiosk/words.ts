import type { Bracket, ClosedView } from '../generated/wire';
import { dayInWords, dayOf, timeOfDay, ZONE_WITHOUT_OFFICE } from '../live/time';
import { t } from '../words/words.svelte';

/** 「およそ10〜20分」. What is almost nothing is said without figures. */
export function waitInWords(wait: Bracket): string {
  if (wait.to_min <= 5) return t('kiosk.wait.soon');
  if (wait.from_min === wait.to_min) return t('kiosk.wait.about', { to: wait.to_min });
  return t('kiosk.wait.minutes', { from: wait.from_min, to: wait.to_min });
}

/** 「13:00から受け付けます」: why no number can be taken, and from when one can. */
export function closedInWords(closed: ClosedView, now: number, language: string): string {
  const { opening, until } = closed;
  if (opening === 'full') return t('kiosk.closed.full');
  if (until === undefined) return opening === 'day_off' ? t('kiosk.closed.day_off') : t('kiosk.closed.closed');
  const time = timeOfDay(until, ZONE_WITHOUT_OFFICE);
  if (dayOf(until, ZONE_WITHOUT_OFFICE) === dayOf(now, ZONE_WITHOUT_OFFICE)) {
    return opening === 'pause' ? t('kiosk.closed.pause', { time }) : t('kiosk.closed.before_opening', { time });
  }
  const day = dayInWords(until, ZONE_WITHOUT_OFFICE, language);
  return opening === 'day_off' ? t('kiosk.closed.day_off_until', { day, time }) : t('kiosk.closed.closed_until', { day, time });
}
