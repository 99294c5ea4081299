import type { FAMILIES } from './families';
import type { Host } from '../host/host';
import { fill, type Params } from './fill';

/** A text in several languages, as the contract carries it; `ja` is always there. */
export type Text = Partial<Record<string, string>>;

/** Whoever has the texts: a host, or a page that carries them in itself. */
type Speaker = Pick<Host, 'words'>;

/** The language a page speaks, and every text it may say. Texts belong to the office, not to the pages. */
class Vocabulary {
  tag = $state('ja');
  #texts = $state.raw<Record<string, Record<string, string | undefined>>>({});

  readonly #whole = new Set<string>();

  /** Fetches a language once: whole, or at first only the families that `of` names. */
  async load(host: Speaker, tag: string, of?: readonly string[]): Promise<void> {
    if (this.#whole.has(tag) || (of !== undefined && tag in this.#texts)) return;
    const answer = await host.words(tag, of);
    if (of === undefined) this.#whole.add(tag);
    this.#texts = { ...this.#texts, [tag]: { ...this.#texts[tag], ...answer.words } };
  }

  /** Speaks `tag` from now on; a language that cannot be had leaves the page in the one it speaks. */
  async use(host: Speaker, tag: string, of?: readonly string[]): Promise<void> {
    try {
      await this.load(host, tag, of);
    } catch {
      return;
    }
    this.tag = tag;
    document.documentElement.lang = tag;
  }

  /** Whether a language is at hand. */
  has(tag: string): boolean {
    return tag in this.#texts;
  }

  say(key: string, params: Params = {}, tag: string = this.tag): string {
    return fill(this.#texts[tag] ?? this.#texts.ja ?? {}, key, params);
  }
}

export const words = new Vocabulary();

/** The text of a key in the page's language. */
export const t = (key: string, params?: Params, tag?: string): string => words.say(key, params, tag);

/** The text of one member of a closed family, such as a problem's code or a ticket's state. */
export function of<F extends keyof typeof FAMILIES>(
  family: F,
  value: keyof (typeof FAMILIES)[F] & string,
  params?: Params,
  tag?: string,
): string {
  return words.say(`${family}.${value}`, params, tag);
}

/** A text that came in several languages, in the page's one. */
export const pick = (text: Text, tag: string = words.tag): string => text[tag] ?? text.ja ?? '';
