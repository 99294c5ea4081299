import { expect, test } from 'vitest';

import type { TicketView } from '../generated/wire';
import { me, NOW, office } from '../gallery/fixtures';
import { atCounter, bookedHow, goesOnTo, listsFor, recallIn } from './desk';
import { SHEET, shortcutOf, type Where } from './keys';
import { preferenceOf, PREFERENCES, WEIGHTS } from './preference';

const counter = (id: string) => {
  const found = office.counters.find((one) => one.id === id);
  if (!found) throw new Error(`the fixture has no counter ${id}`);
  return found;
};
const ticket = (number: string) => {
  const found = office.tickets.find((one) => one.number === number);
  if (!found) throw new Error(`the fixture has no ticket ${number}`);
  return found;
};
const numbers = (tickets: TicketView[]) => tickets.map((one) => one.number);

test('a counter lists those it may call in the order of the line, and first whoever was passed on to it', () => {
  const { waiting } = listsFor(office, counter('3'), me);
  expect(numbers(waiting)).toEqual(['B-003', 'A-013', 'A-014', 'A-015', 'A-016', 'A-017']);
});

test('nobody lists whoever was passed on to another counter or person', () => {
  expect(numbers(listsFor(office, counter('4'), me).waiting)).not.toContain('B-003');
  const passed = { ...office, tickets: office.tickets.map((one) => (one.number === 'A-013' ? { ...one, for_clerk: '佐藤' } : one)) };
  expect(numbers(listsFor(passed, counter('3'), me).waiting)).not.toContain('A-013');
  expect(numbers(listsFor(passed, counter('7'), { ...me, name: '佐藤' }).waiting)[0]).toBe('A-013');
});

test('everybody who waits stands in the whole line, once', () => {
  expect(numbers(listsFor(office, counter('3'), me).everybody)).toEqual(office.order);
  expect(numbers(listsFor(office, undefined, me).waiting)).toEqual([]);
});

test('a number that comes round again is not confused with the finished one', () => {
  const twice = { ...office, tickets: [{ ...ticket('A-013'), id: 'old', state: 'finished' as const }, ...office.tickets] };
  expect(listsFor(twice, counter('3'), me).waiting.find((one) => one.number === 'A-013')?.id).toBe(ticket('A-013').id);
});

test('those set aside, missed, elsewhere and done stand in their own lists', () => {
  const lists = listsFor(office, counter('3'), me);
  expect(numbers(lists.held)).toEqual(['C-001', 'A-008']);
  expect(numbers(lists.missed)).toEqual(['A-011']);
  expect(numbers(lists.elsewhere)).toEqual(['B-004', 'C-002']);
  expect(numbers(lists.over)).toEqual(['C-003', 'A-010', 'A-009']);
});

test('a counter has the ticket it called, and none once that is over', () => {
  expect(atCounter(office, counter('3'))?.number).toBe('A-012');
  expect(atCounter(office, { ...counter('3'), ticket: undefined })).toBeUndefined();
});

test.each([
  [0, 10],
  [1, 10],
  [9_001, 1],
  [10_000, 0],
  [3_600_000, 0],
])('%i ms after a call the lock-out shows %i seconds', (passed, seconds) => {
  expect(recallIn({ ...ticket('A-012'), called_at: NOW - passed }, 10, NOW)).toBe(seconds);
});

test('a booked citizen is in time, late, or waits past the slot because the counters are behind', () => {
  const booked = ticket('A-014');
  const slot = booked.booked_for ?? 0;
  expect(bookedHow(booked, NOW)).toBe('booked');
  expect(bookedHow(booked, slot + 61_000)).toBe('behind');
  expect(bookedHow({ ...booked, issued_at: slot + 1 }, slot + 2)).toBe('late');
  expect(bookedHow(ticket('A-013'), NOW)).toBeNull();
});

test('whoever goes on is told the service and the counters that call it, or the one it was passed on to', () => {
  const next: TicketView = { ...ticket('A-013'), service: 'insurance' };
  expect(goesOnTo(office, next)).toMatchObject({ number: 'A-013', service: { id: 'insurance' }, counters: [{ id: '7' }] });
  expect(goesOnTo(office, { ...next, for_counter: '4' })?.counters.map((one) => one.id)).toEqual(['4']);
  expect(goesOnTo(office, { ...next, state: 'finished' })).toBeNull();
});

const plain = { ctrlKey: false, altKey: false, metaKey: false, repeat: false };
test.each<[string, Where, string | null]>([
  ['F2', 'page', 'primary'],
  [' ', 'page', 'primary'],
  ['Enter', 'page', 'primary'],
  ['n', 'page', 'primary'],
  ['N', 'page', 'primary'],
  ['e', 'control', 'finish'],
  ['F2', 'control', 'primary'],
  [' ', 'control', null],
  ['Enter', 'control', null],
  ['F2', 'field', null],
  ['q', 'page', null],
])('the key %j on a %s means %s', (key, where, meaning) => {
  expect(shortcutOf({ ...plain, key }, where)).toBe(meaning);
});

test('no shortcut with Alt, from a key held down, or while somebody types; Ctrl+Z undoes', () => {
  expect(shortcutOf({ ...plain, key: 'z', ctrlKey: true }, 'page')).toBe('undo');
  expect(shortcutOf({ ...plain, key: 'n', ctrlKey: true }, 'page')).toBeNull();
  expect(shortcutOf({ ...plain, key: 'n', altKey: true }, 'page')).toBeNull();
  expect(shortcutOf({ ...plain, key: 'F2', repeat: true }, 'page')).toBeNull();
  expect(shortcutOf({ ...plain, key: 'z', ctrlKey: true }, 'field')).toBeNull();
});

test('the key sheet names every shortcut once', () => {
  const named = SHEET.map(([, does]) => does);
  expect(new Set(named).size).toBe(named.length);
  for (const [keys, does] of SHEET) {
    const key = { Space: ' ', '↓': 'ArrowDown', '↑': 'ArrowUp' }[keys[0] ?? ''] ?? keys[0] ?? '';
    expect(shortcutOf({ ...plain, key }, 'page')).toBe(does);
  }
});

test('a preference is a word, and a weight set elsewhere gets the nearest one', () => {
  for (const word of PREFERENCES) expect(preferenceOf(WEIGHTS[word])).toBe(word);
  expect(preferenceOf(undefined)).toBe('even');
  expect(preferenceOf(70)).toBe('less');
  expect(preferenceOf(1_000)).toBe('more');
});
