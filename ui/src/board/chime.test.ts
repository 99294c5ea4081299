import { expect, test, vi } from 'vitest';

import { Chime, OVERTONES, TONES_HZ } from './chime.svelte';

const HEARD_BY_OLDER_EARS_HZ_MAX = 2_500;

/** A context that notes when which tone was struck. */
function stage(state: AudioContextState) {
  const struck: { hertz: number; at: number; until: number }[] = [];
  const parameter = () => ({ setValueAtTime: vi.fn(), linearRampToValueAtTime: vi.fn(), exponentialRampToValueAtTime: vi.fn() });
  const context = {
    state,
    currentTime: 0,
    destination: {},
    onstatechange: null,
    createPeriodicWave: vi.fn(),
    createGain: () => ({ gain: parameter(), connect: vi.fn(), disconnect: vi.fn() }),
    createOscillator: () => {
      const one = { frequency: { value: 0 }, setPeriodicWave: vi.fn(), connect: vi.fn(), disconnect: vi.fn(), onended: null };
      let begun = 0;
      return { ...one, frequency: one.frequency, start: (at: number) => { begun = at; }, stop: (until: number) => { struck.push({ hertz: one.frequency.value, at: begun, until }); } };
    },
    resume: vi.fn(() => {
      context.state = 'running';
      return Promise.resolve();
    }),
    close: vi.fn(() => Promise.resolve()),
  };
  return { context, struck, chime: new Chime(context as unknown as AudioContext) };
}

test('both tones, overtones included, lie where older ears still hear', () => {
  expect(TONES_HZ[0]).toBeGreaterThan(TONES_HZ[1]);
  for (const hertz of TONES_HZ) expect(hertz * OVERTONES.length).toBeLessThan(HEARD_BY_OLDER_EARS_HZ_MAX);
});

test('a chime is two tones, the second after the first, and something unheard that wakes the amplifier', () => {
  const { chime, struck } = stage('running');
  expect(chime.audible).toBe(true);
  chime.ring();
  expect(struck.map((one) => one.hertz)).toEqual([60, ...TONES_HZ]);
  expect(struck[2]?.at).toBeGreaterThan(struck[1]?.at ?? 0);
  expect(struck[1]?.at).toBeGreaterThan(struck[0]?.at ?? 0);
});

test('a page that may not be heard yet says so, and rings once somebody has touched it', async () => {
  const { chime, struck } = stage('suspended');
  expect(chime.audible).toBe(false);
  chime.ring();
  expect(struck).toEqual([]);
  await chime.start();
  expect(chime.audible).toBe(true);
  expect(struck).toHaveLength(3);
});

test('a page that the browser has put to sleep wakes for the first call after a quiet hour', async () => {
  const { chime, context, struck } = stage('running');
  context.state = 'suspended';
  chime.ring();
  await vi.waitFor(() => { expect(struck).toHaveLength(3); });
  expect(chime.audible).toBe(true);
});
