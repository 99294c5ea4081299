import { FAMILIES } from '../words/families';
import { of, t } from '../words/words.svelte';

/** A reason in words: a key of its own (`refusal.…`), or a problem's code. */
export function refusalInWords(reason: string): string {
  if (reason.startsWith('refusal.')) return t(reason);
  return reason in FAMILIES.problem ? of('kiosk.problem', reason as keyof typeof FAMILIES.problem) : of('kiosk.problem', 'internal');
}
