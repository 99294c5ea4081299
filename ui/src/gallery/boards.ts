import type { BoardView, CounterView, Live, OfficeView, Opening, ServiceView, TicketView } from '../generated/wire';
import { NOW, office } from './fixtures';

const both = (ja: string, en: string) => ({ ja, en });
const at = (time: string) => Date.parse(`2026-11-24T${time}+09:00`);
const uuid = (ordinal: number) => `019a0000-0000-7000-8000-${String(ordinal).padStart(12, '0')}`;

const hall: BoardView = {
  id: 'hall-1',
  title: both('1階 市民課 ご案内', '1st floor, Citizens’ Affairs'),
  services: [],
  languages: ['ja', 'en'],
  call_s: 30,
  sound: true,
  messages: [
    both('番号が呼ばれましたら、窓口へお越しください。', 'When your number is called, please come to the counter.'),
    both('証明書はコンビニでもお取りいただけます(マイナンバーカードをお持ちの方)。', 'With a My Number Card, certificates are issued at convenience stores as well.'),
  ],
};

const counters: CounterView[] = [
  ['1', 'certificates'], ['2', 'certificates'], ['3', 'certificates'], ['4', 'moving'], ['5', 'moving'], ['6', 'insurance'], ['7', 'insurance'], ['8', 'mynumber'],
].map(([id = '', service = '']) => ({ id, name: both(`${id}番窓口`, `Counter ${id}`), services: [service], open: true, paused: false }));

interface Line {
  number: string;
  service: string;
  state?: TicketView['state'];
  called?: string;
  counter?: string;
  more?: Partial<TicketView>;
}

const LETTERS: Record<string, string> = { A: 'certificates', B: 'moving', C: 'insurance', D: 'mynumber', E: 'family', G: 'children' };

/** `A-012` called at `time` to counter `counter`, seconds included. */
const call = (number: string, counter: string, called: string, more: Partial<TicketView> = {}): Line => ({ number, service: LETTERS[number[0] ?? ''] ?? '', state: 'called', called, counter, more });
const serve = (number: string, counter: string, called: string): Line => ({ ...call(number, counter, called), state: 'serving' });
const wait = (...numbers: string[]): Line[] => numbers.map((number) => ({ number, service: LETTERS[number[0] ?? ''] ?? '' }));

function ticketsOf(lines: Line[]): TicketView[] {
  return lines.map(({ number, service, state = 'waiting', called, counter, more }, ordinal) => ({
    id: uuid(ordinal + 1),
    number,
    service,
    state,
    language: 'ja',
    issued_at: at('09:40:00') + ordinal * 61_000,
    has_case: false,
    slip: 'printed',
    calls: called === undefined ? 0 : 1,
    ...(called !== undefined && { called_at: at(called), first_called_at: at(called), counter, reason: 'fcfs' as const }),
    ...more,
  }));
}

interface Setting {
  lines?: Line[];
  board?: Partial<BoardView>;
  services?: ServiceView[];
  opening?: Opening;
  until?: number;
  notice?: OfficeView['notice'];
  now?: number;
}

/** An office as its hall sees it. */
function hallView({ lines = [], board, services = office.services, opening, until, notice, now = NOW }: Setting): OfficeView {
  const tickets = ticketsOf(lines);
  return {
    ...office,
    at: now,
    services: services.map((service) => (opening === undefined ? service : { ...service, now: { service: service.id, opening, until, waiting: 0 } })),
    counters,
    tickets,
    order: tickets.filter((ticket) => ticket.state === 'waiting').map((ticket) => ticket.number),
    bookings: [],
    boards: [{ ...hall, ...board }],
    notice,
  };
}

const serving = [serve('A-009', '1', '10:12:10'), serve('B-004', '4', '10:08:00'), serve('C-002', '6', '10:12:40'), serve('D-001', '8', '10:05:30')];
const waiting = wait('A-013', 'A-014', 'B-006', 'C-005', 'A-015', 'B-007', 'A-016', 'A-017', 'A-018', 'A-019');
const missed: Line[] = [
  { ...call('A-007', '2', '10:01:00', { calls: 3, ended_at: at('10:04:00') }), state: 'no_show' },
  { ...call('B-002', '5', '09:51:00', { calls: 3, ended_at: at('09:56:00') }), state: 'no_show' },
];
const onward: Line = { number: 'B-005', service: 'insurance', more: { waiting_since: NOW - 40_000, first_called_at: at('10:02:00'), called_at: at('10:02:00'), counter: '5' } };
const rush = [call('A-012', '3', '10:19:51'), call('B-003', '5', '10:19:54', { calls: 2 }), call('C-004', '7', '10:19:57', { language: 'en' })];
const ten = [...office.services, ...['税証明', 'パスポート', '介護保険', '水道'].map((name, ordinal) => ({
  ...(office.services[0] as ServiceView),
  id: `more-${String(ordinal)}`,
  letter: 'HJKL'[ordinal] ?? '',
  name: both(name, ['Tax certificates', 'Passports', 'Long-term care', 'Water'][ordinal] ?? ''),
}))];

/** Every state of the board that looks different. */
export const boards: Record<string, OfficeView> = {
  calling: hallView({ lines: [...serving, call('A-012', '3', '10:19:50'), ...waiting] }),
  english: hallView({ lines: [...serving, call('C-004', '7', '10:19:50', { language: 'en' }), ...waiting] }),
  again: hallView({ lines: [...serving, call('A-012', '3', '10:19:50', { calls: 2 }), ...missed, ...waiting] }),
  two: hallView({ lines: [...serving, ...rush.slice(0, 2), ...waiting] }),
  rush: hallView({ lines: [...serving, ...rush, ...waiting] }),
  four: hallView({ lines: [...serving, ...rush, call('A-010', '2', '10:19:45'), ...missed, ...waiting] }),
  calm: hallView({ lines: [...serving, ...waiting.slice(0, 4)] }),
  busy: hallView({ lines: [...serving, ...['A-010/2', 'A-011/3', 'B-005/5', 'C-003/7'].map((one) => serve(one.split('/')[0] ?? '', one.split('/')[1] ?? '', '10:10:00')), ...missed, ...waiting] }),
  onward: hallView({ lines: [...serving, call('A-012', '3', '10:19:50'), onward, ...missed, ...waiting] }),
  missed: hallView({ lines: [...serving, ...missed, ...waiting] }),
  notice: hallView({ lines: [...serving, call('A-012', '3', '10:19:50'), ...waiting], notice: both('本日、証明書の発行に時間がかかっています。ご迷惑をおかけします。', 'Certificates take longer than usual today. We are sorry for the delay.') }),
  none: hallView({ services: office.services.map((service) => ({ ...service, now: { service: service.id, opening: 'open', until: at('17:15:00'), waiting: 0, wait: { from_min: 0, to_min: 0 } } })) }),
  before_opening: hallView({ opening: 'before_opening', until: at('08:30:00'), now: at('08:12:00') }),
  pause: hallView({ lines: wait('A-013', 'A-014'), opening: 'pause', until: at('13:00:00'), now: at('12:10:00') }),
  closed: hallView({ opening: 'closed', until: at('08:30:00') + 86_400_000, now: at('17:40:00') }),
  closed_waiting: hallView({ lines: [call('A-098', '3', '17:19:50'), serve('B-041', '4', '17:12:00'), ...wait('A-099', 'A-100', 'C-052')], opening: 'closed', until: at('08:30:00') + 86_400_000, now: at('17:20:00') }),
  day_off: hallView({ opening: 'day_off', until: at('08:30:00') + 86_400_000 }),
  full: hallView({ opening: 'full' }),
  area: hallView({ lines: [...serving, call('C-004', '7', '10:19:50'), ...waiting, ...wait('C-006', 'C-007', 'C-008')], board: { id: 'insurance', title: both('保険年金課 ご案内', 'Insurance and Pension'), services: ['insurance'] } }),
  ten: hallView({ lines: [...serving, call('A-012', '3', '10:19:50'), ...waiting], services: ten }),
  silent: hallView({ lines: [...serving, call('A-012', '3', '10:19:50'), ...waiting], board: { sound: false } }),
  stale: hallView({ lines: [...serving, call('A-012', '3', '10:19:50'), ...waiting] }),
  quiet: hallView({ lines: [], board: { sound: false } }),
};

const DAY_CALL_MS = 12_000;
const LINE_MAX = 60;

/** A day without end, in a fixed order: each step is what a live stream would say next. */
export function* endlessDay(): Generator<(at: number) => Live, never> {
  let seq = office.seq;
  let ordinal = 0;
  const atCounter = new Map<string, TicketView>();
  const line: TicketView[] = [];
  const change = (now: number, ...tickets: TicketView[]): Live => {
    seq += 1;
    return { kind: 'change', change: { seq, at: now, tickets, counters: [], order: line.slice(0, 12).map((ticket) => ticket.number) } };
  };
  for (let step = 0; ; step += 1) {
    const counter = counters[step % counters.length];
    const service = counter?.services[0];
    if (!counter || service === undefined) continue;
    if (line.length < LINE_MAX) yield (now) => {
      ordinal += 1;
      const letter = office.services.find((one) => one.id === service)?.letter ?? 'A';
      const ticket: TicketView = { id: uuid(100_000 + ordinal), number: `${letter}-${String((ordinal % 999) + 1).padStart(3, '0')}`, service, state: 'waiting', language: ordinal % 9 === 0 ? 'en' : 'ja', issued_at: now, has_case: false, calls: 0, slip: 'printed' };
      line.push(ticket);
      return change(now, ticket);
    };
    if (step < counters.length * 2) continue;
    const before = atCounter.get(counter.id);
    if (before) {
      // Some did not come, some go on to another service, most are done.
      const missedIt = step % 11 === 0;
      const goesOn = step % 7 === 0 && before.service === 'moving';
      const after: TicketView = goesOn
        ? { ...before, state: 'waiting', service: 'insurance', calls: 0 }
        : { ...before, state: missedIt ? 'no_show' : 'finished' };
      atCounter.delete(counter.id);
      yield (now) => {
        const ended = goesOn ? { ...after, waiting_since: now } : { ...after, ended_at: now };
        if (goesOn) line.push(ended);
        return change(now, ended);
      };
      if (missedIt) yield (now) => change(now, { ...after, state: 'cancelled', ended_at: now });
    }
    const place = line.findIndex((ticket) => ticket.service === service);
    const next = line[place];
    if (!next) continue;
    yield (now) => {
      line.splice(place, 1);
      const called: TicketView = { ...next, state: 'called', counter: counter.id, calls: 1, called_at: now, first_called_at: next.first_called_at ?? now, reason: 'fcfs' };
      atCounter.set(counter.id, called);
      return change(now, called);
    };
    const called = atCounter.get(counter.id);
    if (called && step % 5 === 0) yield (now) => {
      const again: TicketView = { ...called, calls: 2, called_at: now };
      atCounter.set(counter.id, again);
      return change(now, again);
    };
    if (called) yield (now) => {
      const served: TicketView = { ...(atCounter.get(counter.id) ?? called), state: 'serving' };
      atCounter.set(counter.id, served);
      return change(now, served);
    };
  }
}

/** How often a step of the endless day is told. */
export const DAY_STEP_MS = DAY_CALL_MS / 4;
