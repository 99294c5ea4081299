import { expect, test } from 'vitest';

import { ANNOUNCE_MS, Announcer, PENDING_MAX } from './announcer';
import type { Call } from './hall';

const NOON = 1_800_000_000_000;
const CALL_MS = 30_000;
const call = (number: string, called_at: number): Call => ({ id: number, number, service: 's', counter: undefined, called_at, again: false, coming: true, language: 'ja' });

/** Steps through a minute and tells what was begun when, in seconds. */
function told(announcer: Announcer, seconds = 60): string[] {
  const begun: string[] = [];
  for (let half = 0; half <= seconds * 2; half += 1) {
    const one = announcer.step(half * 500);
    if (one) begun.push(`${one.number}@${String(half / 2)}`);
  }
  return begun;
}

test('a page that has just opened announces nothing that stood there before', () => {
  const announcer = new Announcer();
  announcer.hear([call('A-001', NOON)], NOON, CALL_MS);
  expect(told(announcer)).toEqual([]);
});

test('the first call after a quiet time is announced: an empty board has heard nothing, but listens', () => {
  const announcer = new Announcer();
  announcer.hear([], NOON, CALL_MS);
  announcer.hear([call('A-001', NOON + 60_000)], NOON + 60_000, CALL_MS);
  expect(told(announcer)).toEqual(['A-001@0']);
});

test('calls at once are announced one after another, the earliest first, each once', () => {
  const announcer = new Announcer();
  announcer.hear([], NOON, CALL_MS);
  const calls = [call('A-003', NOON + 3), call('A-002', NOON + 2), call('A-001', NOON + 1)];
  announcer.hear(calls, NOON + 3, CALL_MS);
  announcer.hear(calls, NOON + 500, CALL_MS);
  expect([...announcer.pending]).toEqual(['A-001', 'A-002', 'A-003']);
  const pause = ANNOUNCE_MS / 1_000;
  expect(told(announcer)).toEqual(['A-001@0', `A-002@${String(pause)}`, `A-003@${String(2 * pause)}`]);
});

test('a number that is called once more is announced once more', () => {
  const announcer = new Announcer();
  announcer.hear([call('A-001', NOON)], NOON, CALL_MS);
  announcer.hear([call('A-001', NOON + 15_000)], NOON + 15_000, CALL_MS);
  expect(told(announcer)).toEqual(['A-001@0']);
});

test('a hub whose clock went back is heard all the same', () => {
  const announcer = new Announcer();
  announcer.hear([call('A-001', NOON)], NOON, CALL_MS);
  announcer.hear([call('A-001', NOON), call('A-002', NOON - 3_600_000)], NOON - 3_600_000, CALL_MS);
  expect(told(announcer)).toEqual(['A-002@0']);
});

test('after an hour without the hub only what was called just now is announced', () => {
  const announcer = new Announcer();
  announcer.hear([], NOON, CALL_MS);
  const hour = NOON + 3_600_000;
  announcer.hear([call('A-050', hour - 5_000), call('A-020', hour - 1_800_000)], hour, CALL_MS);
  expect(told(announcer)).toEqual(['A-050@0']);
});

test('a call that was taken back is not announced any more', () => {
  const announcer = new Announcer();
  announcer.hear([], NOON, CALL_MS);
  announcer.hear([call('A-001', NOON), call('A-002', NOON + 1)], NOON, CALL_MS);
  announcer.hear([call('A-002', NOON + 1)], NOON, CALL_MS);
  expect(told(announcer)).toEqual(['A-002@0']);
});

test('a hall that is far behind announces the latest, and its list has an end', () => {
  const announcer = new Announcer();
  announcer.hear([], NOON, CALL_MS);
  announcer.hear(Array.from({ length: 40 }, (_, ordinal) => call(`A-${String(ordinal)}`, NOON + ordinal)), NOON, CALL_MS);
  const begun = told(announcer, 120);
  expect(begun).toHaveLength(PENDING_MAX);
  expect(begun.at(-1)).toContain('A-39@');
});
