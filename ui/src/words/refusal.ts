import { Refused } from '../host/host';
import { of, t } from './words.svelte';

/** Why a form does not take a value, in the sentence that the citizen reads for it, too; nothing for a code without one. */
export function reasonOf(code: string | undefined): string {
  const key = `refusal.${code ?? ''}`;
  const sentence = t(key);
  return sentence === key ? '' : sentence;
}

/** What went wrong, as a sentence for staff. A code that is newer than the words speaks as a failure. */
export function sentenceOf(error: unknown): string {
  const code = error instanceof Refused ? error.code : 'internal';
  const reason = code === 'answer_refused' && error instanceof Refused ? reasonOf(error.detail) : '';
  if (reason !== '') return reason;
  const sentence = of('problem', code);
  return sentence === `problem.${code}` ? of('problem', 'internal') : sentence;
}
