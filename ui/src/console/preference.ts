/** How much a counter prefers a service, as a word. The hub counts in percent. */
export type Preference = 'less' | 'even' | 'more';
export const PREFERENCES: readonly Preference[] = ['less', 'even', 'more'];
export const WEIGHTS: Record<Preference, number> = { less: 50, even: 100, more: 200 };

/** The word nearest to a weight that may have been set elsewhere. */
export function preferenceOf(weight = WEIGHTS.even): Preference {
  if (weight < WEIGHTS.even) return 'less';
  return weight > WEIGHTS.even ? 'more' : 'even';
}
