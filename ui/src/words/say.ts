import type { Bracket } from '../generated/wire';
import { t } from './words.svelte';

/** 「およそ10〜20分」, and plainer words at both ends. */
export function waitInWords(wait: Bracket): string {
  if (wait.to_min === 0) return t('parts.bracket.none');
  if (wait.from_min === 0 || wait.from_min === wait.to_min) return t('parts.bracket.up_to', { to: wait.to_min });
  return t('parts.bracket.about', { from: wait.from_min, to: wait.to_min });
}

/** How old a picture is, in the unit in which people would say it. */
export function ageInWords(age_ms: number): string {
  const seconds = Math.floor(age_ms / 1_000);
  return seconds < 60 ? t('parts.age.seconds', { count: seconds }) : t('parts.age.minutes', { count: Math.floor(seconds / 60) });
}
