import { describe, expect, test } from 'vitest';

import type { Change, OfficeView, TicketView } from '../generated/wire';
import { NOTHING, reduce } from './reducer';

const ticket = (id: string, state: TicketView['state'] = 'waiting', more: Partial<TicketView> = {}): TicketView => ({
  id,
  number: `A-${id.padStart(3, '0')}`,
  service: 'certificates',
  state,
  language: 'ja',
  issued_at: 0,
  has_case: false,
  calls: 0,
  slip: 'printed',
  ...more,
});

const office: OfficeView = {
  seq: 10,
  id: 'city',
  name: { ja: '市役所' },
  day: '2026-11-24',
  at: 1_000,
  zone: 'Asia/Tokyo',
  languages: [],
  services: [],
  counters: [{ id: '3', name: { ja: '3番窓口' }, services: ['certificates'], open: true }],
  tickets: [ticket('1'), ticket('2'), ticket('3')],
  order: ['1', '2', '3'],
  bookings: [{ number: 'A7K2-93QF', summary: '', start: 0, end: 1, cancelled: false }],
  help: [],
};
const known = { office, incomplete: false };
const change = (more: Partial<Change>): Change => ({ seq: 11, at: 2_000, tickets: [], counters: [], order: [], help: [], ...more });
const after = (message: Change) => reduce(known, { kind: 'change', change: message }).office;

describe('the office as a page knows it', () => {
  test('a snapshot replaces everything', () => {
    expect(reduce(NOTHING, { kind: 'snapshot', office })).toEqual(known);
  });

  test('a change replaces what it names and leaves the rest', () => {
    const next = after(change({ tickets: [ticket('2', 'called'), ticket('4')], order: ['1', '3', '4'] }));
    expect(next?.tickets.map((one) => [one.id, one.state])).toEqual([
      ['1', 'waiting'],
      ['2', 'called'],
      ['3', 'waiting'],
      ['4', 'waiting'],
    ]);
    expect(next?.order).toEqual(['1', '3', '4']);
    expect(next?.seq).toBe(11);
    expect(next?.at).toBe(2_000);
  });

  test('behind the head that a change names stand those who stood there before, then those who came', () => {
    const next = after(change({ tickets: [ticket('4')], order: ['2'] }));
    expect(next?.order).toEqual(['2', '1', '3', '4']);
  });

  test('who no longer waits leaves the line, even where an old order names them', () => {
    const next = after(change({ tickets: [ticket('1', 'cancelled')], order: [] }));
    expect(next?.order).toEqual(['2', '3']);
  });

  test('a booked citizen who has come stands beside the booking', () => {
    const next = after(change({ tickets: [ticket('4', 'waiting', { booking: 'A7K2-93QF' })] }));
    expect(next?.bookings[0]?.ticket).toBe('4');
  });

  test('an older change changes nothing; the same number again brings the newer order', () => {
    expect(reduce(known, { kind: 'change', change: change({ seq: 9, order: ['3'] }) })).toBe(known);
    expect(after(change({ seq: 10, order: ['3'] }))?.order).toEqual(['3', '1', '2']);
  });

  test('a beat moves the clock', () => {
    expect(reduce(known, { kind: 'beat', seq: 10, at: 5_000 })).toEqual({ office: { ...office, at: 5_000 }, incomplete: false });
  });

  test.each([9, 11])('a beat at %i shows that something was missed', (seq) => {
    expect(reduce(known, { kind: 'beat', seq, at: 5_000 }).incomplete).toBe(true);
  });

  test('a change before any snapshot cannot be applied', () => {
    expect(reduce(NOTHING, { kind: 'change', change: change({}) })).toEqual({ office: null, incomplete: true });
  });
});
