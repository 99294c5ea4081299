/** Two falling tones, as in a department store: below 2.5 kHz, where older ears still hear. */
const TONES_HZ = [659.26, 523.25] as const;
const TONE_MS = 620;
const GAP_MS = 380;
const BETWEEN_MS = 900;
const WAITING_MAX = 8;
/** Strength of each overtone: the fundamental rules, the overtones make it easy to place in a hall. */
const OVERTONES = [1, 0.32, 0.14, 0.05];

/** Plays one chime after another; browsers stay silent until somebody has touched the page. */
export class Chime {
  /** The browser lets us be heard. */
  audible = $state(false);
  #context: AudioContext | null = null;
  #freeAt = 0;

  constructor() {
    if (typeof AudioContext === 'undefined') return;
    this.#context = new AudioContext();
    this.#context.onstatechange = () => {
      this.#look();
    };
    this.#look();
  }

  /** To be called from a touch. */
  async start(): Promise<void> {
    await this.#context?.resume();
    this.#look();
    this.ring();
  }

  /** Rings as soon as the chime before has ended; a hall that is far behind rings less often, not later. */
  ring(): void {
    const context = this.#context;
    if (context?.state !== 'running') return;
    const length_s = (TONE_MS + GAP_MS + BETWEEN_MS) / 1_000;
    const at = Math.max(context.currentTime, this.#freeAt);
    if (at - context.currentTime > WAITING_MAX * length_s) return;
    TONES_HZ.forEach((hertz, index) => {
      strike(context, hertz, at + (index * GAP_MS) / 1_000);
    });
    this.#freeAt = at + length_s;
  }

  close(): void {
    void this.#context?.close();
    this.#context = null;
  }

  #look(): void {
    this.audible = this.#context?.state === 'running';
  }
}

function strike(context: AudioContext, hertz: number, at: number): void {
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.5, at + 0.012);
  gain.gain.exponentialRampToValueAtTime(0.001, at + TONE_MS / 1_000 + 0.35);
  gain.connect(context.destination);
  const oscillator = context.createOscillator();
  const real = new Float32Array(OVERTONES.length + 1);
  const imaginary = Float32Array.from([0, ...OVERTONES]);
  oscillator.setPeriodicWave(context.createPeriodicWave(real, imaginary));
  oscillator.frequency.value = hertz;
  oscillator.connect(gain);
  oscillator.start(at);
  oscillator.stop(at + TONE_MS / 1_000 + 0.4);
}
