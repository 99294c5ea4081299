import { parse } from 'smol-toml';

import type { Words } from '../src/generated/wire';

/** Reads one word file: TOML tables, flattened to dotted keys. A value that is no text is a mistake. */
export function readWords(tag: string, toml: string): Words {
  const words: Record<string, string> = {};
  flatten(parse(toml), '', words);
  return { language: { tag, name: words['language.name'] ?? tag }, words };
}

function flatten(table: object, prefix: string, into: Record<string, string>): void {
  for (const [key, value] of Object.entries(table) as [string, unknown][]) {
    const path = prefix + key;
    if (typeof value === 'string') into[path] = value;
    else if (value !== null && typeof value === 'object' && !Array.isArray(value)) flatten(value, `${path}.`, into);
    else throw new TypeError(`${path}: expected a text or a table of texts`);
  }
}
