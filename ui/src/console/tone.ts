const TONE_HZ = 880;
const TONE_S = 0.18;
const LOUDNESS = 0.12;
let context: AudioContext | null = null;

/** Two short, soft tones. Silent where the browser has not let the page sound yet: the banner is there anyway. */
export function sound(): void {
  context ??= new AudioContext();
  for (const at of [0, TONE_S * 1.5]) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    const start = context.currentTime + at;
    tone.frequency.value = TONE_HZ;
    volume.gain.setValueAtTime(LOUDNESS, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + TONE_S);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + TONE_S);
  }
}
