import { expect, test } from 'vitest';

import { office } from '../gallery/fixtures';
import { callsOf, newCalls, servicesOf } from './calls';

test('the latest call stands first, and only those on their way or at a counter are shown', () => {
  const calls = callsOf(office);
  expect(calls[0]?.ticket.number).toBe('A-012');
  expect(calls.every((call) => call.ticket.state === 'called' || call.ticket.state === 'serving')).toBe(true);
  const times = calls.map((call) => call.called_at);
  expect(times).toEqual([...times].sort((a, b) => b - a));
});

test('a page that has just opened announces nothing, and then each new call once', () => {
  const calls = callsOf(office);
  const opened = newCalls(calls, null);
  expect(opened.fresh).toEqual([]);
  const [first, ...others] = calls;
  if (!first) throw new Error('the fixture has calls');
  const recalled = { ...first, called_at: opened.heardUpTo + 1 };
  const again = newCalls([recalled, ...others], opened.heardUpTo);
  expect(again.fresh).toEqual([recalled]);
  expect(newCalls([recalled, ...others], again.heardUpTo).fresh).toEqual([]);
});

test('every service tells how many wait and who is next', () => {
  const lines = servicesOf(office, 2);
  expect(lines.map((line) => line.letter)).toEqual(office.services.map((service) => service.letter));
  const waiting = office.tickets.filter((ticket) => ticket.state === 'waiting').length;
  expect(lines.reduce((sum, line) => sum + line.waiting, 0)).toBe(waiting);
  expect(lines[0]?.next).toHaveLength(2);
});
