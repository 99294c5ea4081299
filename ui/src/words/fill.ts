export type Params = Record<string, string | number>;

/**
 * The text of `key` with its `{name}` places filled. For a `count` of one, the text `<key>_one` goes first
 * where the language has one. A key without a text shows itself: a hole must be seen, not hidden.
 */
export function fill(texts: Record<string, string | undefined>, key: string, params: Params): string {
  const text = (params.count === 1 ? texts[`${key}_one`] : undefined) ?? texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(params[name] ?? place));
}
