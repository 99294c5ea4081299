import type { Page } from '@playwright/test';

interface Timer {
  at: number;
  every: number | null;
  run: () => void;
}

/**
 * Lets hours pass in seconds: timers and clocks of the page are ours, its promises and its drawing are the
 * browser's. Other than Playwright's own clock nothing is drawn between two timers, so that a day takes seconds.
 */
export async function installHours(page: Page): Promise<(millis: number) => Promise<void>> {
  await page.addInitScript(() => {
    const timers = new Map<number, Timer>();
    const begun = Date.now();
    const RealDate = Date;
    let passed = 0;
    let ordinal = 0;
    const set = (run: () => void, wait = 0, every: number | null = null) => {
      ordinal += 1;
      timers.set(ordinal, { at: passed + Math.max(1, wait), every, run });
      return ordinal;
    };
    const clear = (timer?: number) => {
      if (timer !== undefined) timers.delete(timer);
    };
    class OurDate extends RealDate {
      constructor(...given: [] | [number | string]) {
        super(given.length === 0 ? OurDate.now() : given[0]);
      }
      static override now(): number {
        return begun + passed;
      }
    }
    const pass = async (millis: number) => {
      const until = passed + millis;
      for (;;) {
        let next: [number, Timer] | undefined;
        for (const one of timers) if (one[1].at <= until && (next === undefined || one[1].at < next[1].at)) next = one;
        if (next === undefined) break;
        const [key, timer] = next;
        passed = Math.max(passed, timer.at);
        if (timer.every === null) timers.delete(key);
        else timer.at += timer.every;
        timer.run();
        // What the timer promised is kept before the next one.
        for (let turn = 0; turn < 12; turn += 1) await null;
      }
      passed = until;
    };
    Object.assign(window, {
      Date: OurDate,
      setTimeout: set,
      setInterval: (run: () => void, wait = 0) => set(run, wait, Math.max(1, wait)),
      clearTimeout: clear,
      clearInterval: clear,
      hoursPass: pass,
    });
    performance.now = () => passed;
  });
  return (millis) => page.evaluate((wanted) => (window as unknown as { hoursPass: (millis: number) => Promise<void> }).hoursPass(wanted), millis);
}
