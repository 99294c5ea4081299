import { describe, expect, test } from 'vitest';

import type { Change, OfficeView, ServiceNow, TicketView } from '../generated/wire';
import { NOTHING, reduce } from './reducer';

const ticket = (id: string, state: TicketView['state'] = 'waiting', more: Partial<TicketView> = {}): TicketView => ({
  id,
  number: `A-${id.padStart(3, '0')}`,
  service: 'certificates',
  state,
  language: 'ja',
  issued_at: Number(id) * 1_000,
  has_case: false,
  calls: 0,
  slip: 'printed',
  ...more,
});
const numbers = (...ids: number[]) => ids.map((id) => `A-${String(id).padStart(3, '0')}`);
const now = (waiting: number): ServiceNow => ({ service: 'certificates', opening: 'open', waiting });

const office: OfficeView = {
  seq: 10,
  id: 'city',
  name: { ja: '市役所' },
  day: '2026-11-24',
  at: 1_000,
  zone: 'Asia/Tokyo',
  languages: [],
  services: [{ id: 'certificates', letter: 'A', name: { ja: '証明書' }, considerate_at_kiosk: false, now: now(3) }],
  counters: [{ id: '3', name: { ja: '3番窓口' }, services: ['certificates'], open: true, paused: false }],
  tickets: [ticket('1'), ticket('2'), ticket('3')],
  order: numbers(1, 2, 3),
  bookings: [{ number: 'A7K2-93QF', summary: '', start: 5, end: 6, cancelled: false }],
  help: [],
  alarms: [],
  staff: { counted: 1 },
  boards: [],
  calling: { calls_max: 3, recall_after_s: 10, override_after_min: 30, wait_threshold_min: 15 },
};
const known = { office, incomplete: false };
const change = (more: Partial<Change>): Change => ({ seq: 11, at: 2_000, tickets: [], counters: [], order: [], ...more });
const after = (message: Change, before = known) => reduce(before, { kind: 'change', change: message }).office;

describe('the office as a page knows it', () => {
  test('a snapshot replaces everything', () => {
    expect(reduce(NOTHING, { kind: 'snapshot', office })).toEqual(known);
  });

  test('a change replaces what it names and leaves the rest', () => {
    const next = after(change({ tickets: [ticket('2', 'called'), ticket('4')], order: numbers(1, 3, 4) }));
    expect(next?.tickets.map((one) => [one.id, one.state])).toEqual([
      ['1', 'waiting'],
      ['2', 'called'],
      ['3', 'waiting'],
      ['4', 'waiting'],
    ]);
    expect(next?.order).toEqual(numbers(1, 3, 4));
    expect(next?.seq).toBe(11);
    expect(next?.at).toBe(2_000);
    expect(next?.help).toBe(office.help);
    expect(next?.staff).toBe(office.staff);
  });

  test('behind the head that a change names stand those who stood there before, then those who came', () => {
    expect(after(change({ tickets: [ticket('4')], order: numbers(2) }))?.order).toEqual(numbers(2, 1, 3, 4));
  });

  test('whoever comes back behind the head stands where the arrival says', () => {
    const away = { ...known, office: { ...office, order: numbers(1, 3), tickets: [ticket('1'), ticket('2', 'held'), ticket('3')] } };
    expect(after(change({ tickets: [ticket('2')], order: numbers(1) }), away)?.order).toEqual(numbers(1, 2, 3));
  });

  test('who no longer waits leaves the line, even where an old order names them', () => {
    expect(after(change({ tickets: [ticket('1', 'cancelled')], order: [] }))?.order).toEqual(numbers(2, 3));
  });

  test('a booked citizen who has come stands beside the booking', () => {
    const next = after(change({ tickets: [ticket('4', 'waiting', { booking: 'A7K2-93QF' })] }));
    expect(next?.bookings[0]?.ticket).toBe('4');
  });

  test('bookings that the change names are replaced and stand by slot', () => {
    const more = [
      { number: 'P4WX-28HD', summary: '', start: 1, end: 2, cancelled: false },
      { number: 'A7K2-93QF', summary: '', start: 5, end: 6, cancelled: true },
    ];
    expect(after(change({ bookings: more }))?.bookings.map((one) => [one.number, one.cancelled])).toEqual([
      ['P4WX-28HD', false],
      ['A7K2-93QF', true],
    ]);
  });

  test('help, alarms, staff and the notice change only when they are named', () => {
    const call = [{ kiosk: 'kiosk-1', since: 1 }];
    const next = after(change({ help: call, alarms: call, staff: { counted: 1, declared: 4 }, notice: { ja: '混雑しています' } }));
    expect(next).toMatchObject({ help: call, alarms: call, staff: { declared: 4 }, notice: { ja: '混雑しています' } });
    expect(next && after(change({ seq: 12 }), { office: next, incomplete: false })).toMatchObject({ help: call, notice: { ja: '混雑しています' } });
    expect(next && after(change({ seq: 12, notice: {} }), { office: next, incomplete: false })?.notice).toBeUndefined();
  });

  test('new waits reach their services and move the clock', () => {
    const next = reduce(known, { kind: 'waits', at: 3_000, services: [now(7)] }).office;
    expect(next?.services[0]?.now.waiting).toBe(7);
    expect(next?.at).toBe(3_000);
    expect(next?.seq).toBe(10);
  });

  test('an older change changes nothing; the same number again brings the newer order', () => {
    expect(reduce(known, { kind: 'change', change: change({ seq: 9, order: numbers(3) }) })).toBe(known);
    expect(after(change({ seq: 10, order: numbers(3) }))?.order).toEqual(numbers(3, 1, 2));
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
