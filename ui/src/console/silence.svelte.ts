/** After so many silent minutes what stands of a person leaves the screen of a desk. */
export const SILENCE_MIN = 3;

/**
 * Whether a desk was left. What was read there is taken away and has to be asked for again; where somebody was in the middle of
 * writing, it is only put out of sight, and what was written is there when they come back.
 */
export class Silence {
  left = $state<'no' | 'taken_away' | 'out_of_sight'>('no');
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #writes: () => boolean;

  /** `writes` tells whether something is half written. */
  constructor(writes: () => boolean) {
    this.#writes = writes;
    $effect(() => {
      this.touched();
      return () => {
        clearTimeout(this.#timer);
      };
    });
  }

  readonly touched = (): void => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { this.left = this.#writes() ? 'out_of_sight' : 'taken_away'; }, SILENCE_MIN * 60_000);
  };

  /** Somebody asks for it again. */
  readonly back = (): void => {
    this.left = 'no';
    this.touched();
  };
}
