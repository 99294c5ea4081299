import type { PhonePage, Words } from '../generated/wire';

/** What the page says its texts with; it stands in the page itself. */
export interface Speaker {
  words(tag: string): Promise<Words>;
}

/** The office that was put into the page when it was exported; `null` in a page that has none. */
export function officeIn(text: string | null | undefined): PhonePage | null {
  return text ? (JSON.parse(text) as PhonePage) : null;
}

export function speakerOf(page: PhonePage): Speaker {
  return {
    words: (tag) => {
      const found = page.languages.find((one) => one.language.tag === tag);
      return found === undefined ? Promise.reject(new Error(`no words for ${tag}`)) : Promise.resolve(found);
    },
  };
}
