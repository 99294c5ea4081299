import { expect, test } from 'vitest';

import type { ClosedView } from '../generated/wire';
import { closedInWords, waitInWords } from './words';

// Without an office there are no texts, so what is said is the key.
const at = (day: number, hour: number) => Date.UTC(2026, 10, day, hour - 9);
const NOW = at(24, 12);

test.each<[ClosedView, string]>([
  [{ opening: 'before_opening', until: at(24, 13) }, 'kiosk.closed.before_opening'],
  [{ opening: 'pause', until: at(24, 13) }, 'kiosk.closed.pause'],
  [{ opening: 'closed' }, 'kiosk.closed.closed'],
  [{ opening: 'closed', until: at(25, 8) }, 'kiosk.closed.closed_until'],
  [{ opening: 'day_off' }, 'kiosk.closed.day_off'],
  [{ opening: 'day_off', until: at(27, 8) }, 'kiosk.closed.day_off_until'],
  // It is full today, whenever it opens again.
  [{ opening: 'full', until: at(25, 8) }, 'kiosk.closed.full'],
])('%j is said as %s', (closed, key) => {
  expect(closedInWords(closed, NOW, 'ja')).toContain(key);
});

test.each([
  [0, 5, 'kiosk.wait.soon'],
  [0, 10, 'kiosk.wait.minutes'],
  [15, 15, 'kiosk.wait.about'],
  [10, 20, 'kiosk.wait.minutes'],
])('%i to %i minutes are said as %s', (from_min, to_min, key) => {
  expect(waitInWords({ from_min, to_min })).toContain(key);
});
