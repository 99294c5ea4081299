import { mount, type Component } from 'svelte';

import './style/base.css';
import { openHost, type Host } from './host/host';
import { words } from './words/words.svelte';

const RETRY_MS = 1_000;

export interface Start {
  /** The language in which the page begins. */
  language?: string;
  /** The families of texts that its first picture needs; the others come after it. Absent: all at once. */
  first?: readonly string[];
  /** Fonts come after the first picture, for pages that do without them. */
  fontsLater?: boolean;
}

/** Starts a page: opens its host, has its first words, and only then shows it. */
export async function start(page: Component<{ host: Host }>, { language = 'ja', first, fontsLater = false }: Start = {}): Promise<void> {
  const target = document.getElementById('page');
  if (target === null) throw new Error('the page has no #page');
  const host = await openHost();
  await untilDone(() => words.load(host, language, first));
  await words.use(host, language, first);
  target.replaceChildren();
  mount(page, { target, props: { host } });
  if (first !== undefined) await untilDone(() => words.load(host, language));
  if (fontsLater) await import('./style/fonts.css');
}

async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
