import type { Component } from 'svelte';

/** A pane that is fetched when it is first wanted, so that the first picture of a page stays small. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- The props are checked where the pane is used.
export class Later<P extends Record<string, any>> {
  pane = $state.raw<Component<P> | null>(null);
  readonly #load: () => Promise<{ default: Component<P> }>;
  #asked: Promise<void> | null = null;

  constructor(load: () => Promise<{ default: Component<P> }>) {
    this.#load = load;
  }

  /** Fetches the pane once; a failure is told to the caller, and the next call tries again. */
  ask(): Promise<void> {
    this.#asked ??= this.#load()
      .then((module) => {
        this.pane = module.default;
      })
      .catch((error: unknown) => {
        this.#asked = null;
        throw error;
      });
    return this.#asked;
  }
}
