import { Refused } from '../host/host';
import { of, t } from './words.svelte';

/** What went wrong, as a sentence for staff. A code that is newer than the words speaks as a failure. */
export function sentenceOf(error: unknown): string {
  const code = error instanceof Refused ? error.code : 'internal';
  // The form's own reason, in the sentence that the citizen reads for it, too.
  const reason = `refusal.${error instanceof Refused ? (error.detail ?? '') : ''}`;
  if (code === 'answer_refused' && t(reason) !== reason) return t(reason);
  const sentence = of('problem', code);
  return sentence === `problem.${code}` ? of('problem', 'internal') : sentence;
}
