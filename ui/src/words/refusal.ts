import { Refused } from '../host/host';
import { of } from './words.svelte';

/** What went wrong, as a sentence for staff. A code that is newer than the words speaks as a failure. */
export function sentenceOf(error: unknown): string {
  const code = error instanceof Refused ? error.code : 'internal';
  const sentence = of('problem', code);
  return sentence === `problem.${code}` ? of('problem', 'internal') : sentence;
}
