import { mount, type Component } from 'svelte';

import './style/base.css';
import { openHost, type Host } from './host/host';
import { words } from './words/words.svelte';

const RETRY_MS = 1_000;

/** Starts a page: opens its host, has its first words, and only then shows it. */
export async function start(page: Component<{ host: Host }>, language = 'ja'): Promise<void> {
  const target = document.getElementById('page');
  if (target === null) throw new Error('the page has no #page');
  const host = await openHost();
  await firstWords(host, language);
  target.replaceChildren();
  mount(page, { target, props: { host } });
}

async function firstWords(host: Host, language: string): Promise<void> {
  for (;;) {
    try {
      await words.load(host, language);
      await words.use(host, language);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
