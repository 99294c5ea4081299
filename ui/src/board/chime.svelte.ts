/**
 * Two falling tones, as in a department store. Fundamentals and overtones stay below 2,500 Hz, where
 * older ears still hear (JIS S 0013 and S 0014 say so of the signals of appliances).
 */
export const TONES_HZ = [659.26, 523.25] as const;
/** Strength of each overtone: the fundamental rules, the overtones make it easy to place in a hall. */
export const OVERTONES = [1, 0.32, 0.14] as const;
const TONE_MS = 620;
const FADE_MS = 350;
const GAP_MS = 380;
/** Amplifiers and televisions that have gone to sleep swallow the first moments: they are woken unheard. */
const WAKE_MS = 250;
const WAKE_HZ = 60;
const WAKE_GAIN = 0.002;

/** The chime. Browsers stay silent until somebody has touched the page; `audible` says whether one may hear it. */
export class Chime {
  audible = $state(false);
  #context: AudioContext | null = null;
  #timbre: PeriodicWave | null = null;
  #wasAudible = false;

  constructor(context: AudioContext | null = typeof AudioContext === 'undefined' ? null : new AudioContext()) {
    if (context === null) return;
    this.#context = context;
    this.#timbre = context.createPeriodicWave(new Float32Array(OVERTONES.length + 1), Float32Array.from([0, ...OVERTONES]));
    context.onstatechange = () => {
      this.#look();
    };
    this.#look();
  }

  /** To be called from a touch. */
  async start(): Promise<void> {
    await this.#wake();
    this.ring();
  }

  /** Rings now. Whoever calls this leaves one chime the time it needs. */
  ring(): void {
    const context = this.#context;
    if (context === null) return;
    if (context.state !== 'running') {
      // A browser may have put a page that was silent for long to sleep; one that nobody has touched stays silent.
      if (this.#wasAudible) void this.#wake().then(() => { if (this.audible) this.ring(); });
      return;
    }
    const from = context.currentTime;
    strike(context, null, WAKE_HZ, from, WAKE_MS, WAKE_GAIN);
    TONES_HZ.forEach((hertz, index) => {
      strike(context, this.#timbre, hertz, from + (WAKE_MS + index * GAP_MS) / 1_000, TONE_MS, 0.5);
    });
  }

  close(): void {
    if (this.#context) this.#context.onstatechange = null;
    void this.#context?.close();
    this.#context = null;
  }

  async #wake(): Promise<void> {
    await this.#context?.resume();
    this.#look();
  }

  #look(): void {
    this.audible = this.#context?.state === 'running';
    this.#wasAudible ||= this.audible;
  }
}

function strike(context: AudioContext, timbre: PeriodicWave | null, hertz: number, at: number, tone_ms: number, loud: number): void {
  const end = at + (tone_ms + FADE_MS) / 1_000;
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(loud, at + 0.012);
  gain.gain.exponentialRampToValueAtTime(0.0005, end);
  gain.connect(context.destination);
  const oscillator = context.createOscillator();
  if (timbre) oscillator.setPeriodicWave(timbre);
  oscillator.frequency.value = hertz;
  oscillator.connect(gain);
  oscillator.onended = () => {
    oscillator.disconnect();
    gain.disconnect();
  };
  oscillator.start(at);
  oscillator.stop(end);
}
