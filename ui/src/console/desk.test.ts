import { expect, test } from 'vitest';

import { office } from '../gallery/fixtures';
import { atCounter, listsFor, shortcutOf } from './desk';

const counter = (id: string) => {
  const found = office.counters.find((one) => one.id === id);
  if (!found) throw new Error(`the fixture has no counter ${id}`);
  return found;
};

test('a counter lists those it may call in the order of the line, and the others apart', () => {
  const lists = listsFor(office, counter('3'));
  const services = new Set(counter('3').services);
  expect(lists.waiting.length).toBeGreaterThan(2);
  expect(lists.waiting.every((ticket) => services.has(ticket.service))).toBe(true);
  expect(lists.elsewhere.length).toBeGreaterThan(0);
  const places = lists.waiting.map((ticket) => office.order.indexOf(ticket.id));
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

test('those who did not come and those who are done stand in their own lists', () => {
  const lists = listsFor(office, counter('3'));
  expect(lists.missed.map((ticket) => ticket.state)).toEqual(['no_show']);
  expect(lists.over.every((ticket) => ticket.state === 'finished' || ticket.state === 'cancelled')).toBe(true);
});

test('a counter has the ticket it called, and none once that is over', () => {
  expect(atCounter(office, counter('3'))?.number).toBe('A-012');
  expect(atCounter(office, { ...counter('3'), ticket: undefined })).toBeUndefined();
});

const plain = { ctrlKey: false, altKey: false, metaKey: false, repeat: false };
test.each([
  ['F2', 'next'],
  ['n', 'next'],
  ['N', 'next'],
  ['e', 'finish'],
  ['q', null],
])('the key %s means %s', (key, meaning) => {
  expect(shortcutOf({ ...plain, key }, false)).toBe(meaning);
});

test('no shortcut while somebody types, with Ctrl, or from a key held down', () => {
  expect(shortcutOf({ ...plain, key: 'n' }, true)).toBeNull();
  expect(shortcutOf({ ...plain, key: 'n', ctrlKey: true }, false)).toBeNull();
  expect(shortcutOf({ ...plain, key: 'F2', repeat: true }, false)).toBeNull();
});
