import { describe, expect, test } from 'vitest';

import type { OfficeView, Opening } from '../generated/wire';
import { boards } from '../gallery/boards';
import { boardOf, callsOf, hallOf, largeOf, linesOf, missedOf, onBoard, onwardOf, servicesOf } from './hall';

const show = (name: string): OfficeView => {
  const office = boards[name];
  if (!office) throw new Error(`the gallery has no board ${name}`);
  return office;
};
const of = (name: string) => {
  const office = show(name);
  const board = boardOf(office, null);
  return { office, board, calls: callsOf(office, board) };
};
const CALL_MS = 30_000;
const NOBODY = new Set<string>();

describe('which board', () => {
  const office = { ...show('calling'), boards: [...show('calling').boards, ...show('area').boards] };

  test('the address names it; without a name it is the first one', () => {
    expect(boardOf(office, 'insurance').id).toBe('insurance');
    expect(boardOf(office, null).id).toBe('hall-1');
    expect(boardOf(office, 'gone').id).toBe('hall-1');
  });

  test('an office that laid none out has one of everything, with a sound', () => {
    const board = boardOf({ ...office, boards: [] }, null);
    expect(servicesOf(office, board)).toEqual(office.services);
    expect(board.sound).toBe(true);
    expect(board.languages).toEqual(['ja', 'en']);
  });

  test('a board shows the calls, lines and missed numbers of its own services only', () => {
    const { office: hall, board, calls } = of('area');
    expect(calls.map((call) => call.number)).toEqual(['C-004', 'C-002']);
    expect(linesOf(hall, board, calls).map((line) => line.letter)).toEqual(['C']);
    expect(missedOf(show('missed'), board)).toEqual([]);
  });
});

describe('calls', () => {
  test('the latest call stands first, and only those on their way or at a counter are shown', () => {
    const { calls } = of('rush');
    expect(calls.slice(0, 3).map((call) => call.number)).toEqual(['C-004', 'B-003', 'A-012']);
    expect(calls.find((call) => call.number === 'B-003')?.again).toBe(true);
    expect(calls.some((call) => call.number === 'A-013')).toBe(false);
  });

  test('a call stands large for its time, then beside the others', () => {
    const { office, calls } = of('calling');
    const large = (now: number) => largeOf(calls, now, CALL_MS, NOBODY, null, 4).map((call) => call.number);
    expect(large(office.at)).toEqual(['A-012']);
    expect(large(office.at + 19_000)).toEqual(['A-012']);
    expect(large(office.at + 20_001)).toEqual([]);
  });

  test('what is still to be announced stays large, and what is being announced has its place', () => {
    const { office, calls } = of('four');
    const first = calls.find((call) => call.number === 'A-010');
    const later = office.at + 60_000;
    expect(largeOf(calls, later, CALL_MS, new Set([first?.id ?? '']), null, 4).map((call) => call.number)).toEqual(['A-010']);
    expect(largeOf(calls, office.at, CALL_MS, NOBODY, first?.id ?? null, 2).map((call) => call.number)).toEqual(['C-004', 'A-010']);
  });
});

describe('lines', () => {
  test('every service tells how many wait, who is next, and where it calls', () => {
    const { office, board, calls } = of('calling');
    const [certificates] = linesOf(office, board, calls);
    expect(certificates).toMatchObject({ waiting: 7, next: ['A-013', 'A-014', 'A-015', 'A-016', 'A-017'], counters: ['1', '3'], wait: { from_min: 15, to_min: 25 } });
  });

  test('numbers of other services do not count, and those set aside are not shown', () => {
    const { office, board } = of('calling');
    const held = { ...office, tickets: office.tickets.map((ticket) => (ticket.number === 'A-013' ? { ...ticket, state: 'held' as const } : ticket)) };
    const [certificates] = linesOf(held, board, []);
    expect(certificates?.next[0]).toBe('A-014');
    expect(certificates?.waiting).toBe(6);
  });
});

describe('after a counter', () => {
  test('the way to the next one stands there for a while, with its counters and its area', () => {
    const { office, board } = of('onward');
    const [one] = onwardOf(office, board, office.at);
    expect(one).toMatchObject({ number: 'B-005', service: { en: 'Health insurance and pension' }, area: { ja: '1階 保険年金課' } });
    expect(one?.counters.map((counter) => counter.id)).toEqual(['6', '7']);
    expect(onwardOf(office, board, office.at + 180_000)).toEqual([]);
  });

  test('who waits for a first call is not on the way anywhere', () => {
    const { office, board } = of('calling');
    expect(onwardOf(office, board, office.at)).toEqual([]);
  });

  test('who did not come stands among the missed, the latest first; who is done is let go', () => {
    const { office, board } = of('missed');
    expect(missedOf(office, board)).toEqual(['A-007', 'B-002']);
    expect(office.tickets.every(onBoard)).toBe(true);
    expect(office.tickets.some((ticket) => onBoard({ ...ticket, state: 'finished' }))).toBe(false);
  });
});

describe('the hall', () => {
  const hall = (...openings: Opening[]) =>
    hallOf(openings.map((opening, ordinal) => ({ id: String(ordinal), letter: '', name: {}, area: undefined, opening, until: 1_000 - ordinal, waiting: 1, wait: undefined, next: [], counters: [] })));

  test.each<[Opening[], Opening]>([
    [['closed', 'open'], 'open'],
    [['before_opening', 'pause'], 'pause'],
    [['closed', 'before_opening', 'day_off'], 'before_opening'],
    [['closed', 'full'], 'full'],
    [['day_off', 'closed'], 'closed'],
    [['day_off'], 'day_off'],
  ])('%j is %s', (openings, expected) => {
    expect(hall(...openings).opening).toBe(expected);
  });

  test('it opens when its first service opens', () => {
    expect(hall('before_opening', 'before_opening').until).toBe(999);
    expect(hall('before_opening', 'before_opening').waiting).toBe(2);
  });
});
