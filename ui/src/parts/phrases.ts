/** お and ご belong to what follows. */
const PREFIX = /^[おご]$/u;
const HIRAGANA = /^\p{Script=Hiragana}+$/u;
const ENDS_IN_HIRAGANA = /\p{Script=Hiragana}$/u;
/** 読み取り, before 機. */
const WORD_WITH_ENDING = /^\p{Script=Han}.*\p{Script=Hiragana}$/u;
const ONE_KANJI = /^\p{Script=Han}$/u;
const CLOSES = /[、。)」]$/u;
const MARK = /^[\p{P}\s]/u;

/** Whether a line may end between two words. */
function mayPart(before: string, after: string): boolean {
  if (MARK.test(after) || PREFIX.test(before)) return false;
  if (CLOSES.test(before)) return true;
  if (!ENDS_IN_HIRAGANA.test(before)) return false;
  if (ONE_KANJI.test(after)) return !WORD_WITH_ENDING.test(before);
  return PREFIX.test(after) || !HIRAGANA.test(after);
}

/**
 * A Japanese text in pieces between which a line may end, for engines that do not know `word-break: auto-phrase`. Words come from
 * the engine's own dictionary (`Intl.Segmenter`); particles and endings stay with their word. Together the pieces are the text.
 */
export function phrases(text: string): string[] {
  const pieces: string[] = [];
  let before: string | undefined;
  for (const { segment } of new Intl.Segmenter('ja', { granularity: 'word' }).segment(text)) {
    const last = pieces.length - 1;
    if (before === undefined || mayPart(before, segment)) pieces.push(segment);
    else pieces[last] = `${pieces[last] ?? ''}${segment}`;
    before = segment;
  }
  return pieces;
}
