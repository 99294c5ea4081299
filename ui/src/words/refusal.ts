import { Refused } from '../host/host';
import { FAMILIES } from './families';
import { of } from './words.svelte';

/** What went wrong, as a sentence for staff. A code that is newer than this page speaks as a failure. */
export function sentenceOf(error: unknown): string {
  const code = error instanceof Refused ? error.code : 'internal';
  return of('problem', code in FAMILIES.problem ? code : 'internal');
}
