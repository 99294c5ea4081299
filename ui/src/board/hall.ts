import type { Bracket, BoardView, CounterView, OfficeView, Opening, ServiceView, TicketView } from '../generated/wire';
import type { Text } from '../words/words.svelte';

/** A number that was called, and where to. */
export interface Call {
  id: string;
  number: string;
  service: string;
  /** Which desk, as a sign over it says; absent where the office has renamed its counters since. */
  counter: CounterView | undefined;
  called_at: number;
  /** It was called before: somebody may have missed it. */
  again: boolean;
  /** The citizen is on the way; else at the counter. */
  coming: boolean;
  language: string;
}

/** What a service is like now, as its line on the board. */
export interface ServiceLine {
  id: string;
  letter: string;
  name: Text;
  area: Text | undefined;
  opening: Opening;
  until: number | undefined;
  waiting: number;
  wait: Bracket | undefined;
  /** Who would be called next, in order. */
  next: string[];
  /** The counters where somebody of it is called or served. */
  counters: string[];
}

/** A number that goes on to another service, and where that is. */
export interface Onward {
  id: string;
  number: string;
  service: Text;
  area: Text | undefined;
  /** The counters that call it now; none where they are too many to name. */
  counters: CounterView[];
}

/** The hall as a whole: open, or why not, and when that changes. */
export interface HallState {
  opening: Opening;
  until: number | undefined;
  waiting: number;
}

const NEXT_MAX = 5;
const COUNTERS_MAX = 6;
const CALLS_MAX = 24;
const MISSED_MAX = 5;
const ONWARD_MAX = 3;
/** How long the way to the next counter stands on the board. */
const ONWARD_MS = 180_000;
/** More counters than this are not named; the service's name and its area lead there. */
const COUNTERS_NAMED_MAX = 3;

/** A counter's id stands over the desk as a sign; one of more characters is no sign, then the name is shown large. */
const SIGN_CHARS_MAX = 3;
export const isSign = (counter: CounterView | undefined): boolean => counter !== undefined && counter.id.length <= SIGN_CHARS_MAX;

/** What a board without a layout of its own shows: everything, in the office's languages. */
function everything(office: OfficeView): BoardView {
  return {
    id: '',
    title: office.name,
    services: [],
    languages: office.languages.map((language) => language.tag).slice(0, 2),
    call_s: 30,
    sound: true,
    messages: [],
  };
}

/** The board of this name; the office's first one where none is named, or none has the name. */
export function boardOf(office: OfficeView, id: string | null): BoardView {
  return office.boards.find((board) => board.id === id) ?? office.boards[0] ?? everything(office);
}

/** Whether a board still needs a ticket. What is over is let go, so that a day leaves nothing behind. */
export function onBoard(ticket: TicketView): boolean {
  return ticket.state !== 'finished' && ticket.state !== 'cancelled';
}

/** The services of a board, in the office's order. */
export function servicesOf(office: OfficeView, board: BoardView): ServiceView[] {
  return board.services.length === 0 ? office.services : office.services.filter((service) => board.services.includes(service.id));
}

/** Who is called or at a counter, the latest first. */
export function callsOf(office: OfficeView, board: BoardView): Call[] {
  const shown = new Set(servicesOf(office, board).map((service) => service.id));
  const counters = new Map(office.counters.map((counter) => [counter.id, counter]));
  return office.tickets
    .flatMap((ticket): Call[] =>
      ticket.called_at !== undefined && (ticket.state === 'called' || ticket.state === 'serving') && shown.has(ticket.service)
        ? [{
            id: ticket.id,
            number: ticket.number,
            service: ticket.service,
            counter: ticket.counter === undefined ? undefined : counters.get(ticket.counter),
            called_at: ticket.called_at,
            again: ticket.calls > 1,
            coming: ticket.state === 'called',
            language: ticket.language,
          }]
        : [],
    )
    .sort((a, b) => b.called_at - a.called_at)
    .slice(0, CALLS_MAX);
}

/** One line a service: who is there, how many wait, how long that takes, who is next. */
export function linesOf(office: OfficeView, board: BoardView, calls: readonly Call[]): ServiceLine[] {
  const waiting = new Map(office.tickets.filter((ticket) => ticket.state === 'waiting').map((ticket) => [ticket.number, ticket]));
  return servicesOf(office, board).map((service) => {
    const line = office.order.filter((number) => waiting.get(number)?.service === service.id);
    return {
      id: service.id,
      letter: service.letter,
      name: service.name,
      area: service.area,
      opening: service.now.opening,
      until: service.now.until,
      waiting: line.length,
      wait: service.now.wait,
      next: line.slice(0, NEXT_MAX),
      counters: [...new Set(calls.flatMap((call) => (call.service === service.id && call.counter ? [call.counter.id] : [])))]
        .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
        .slice(0, COUNTERS_MAX),
    };
  });
}

/** Who has left one counter and is waited for at the next one, for as long as that is news. */
export function onwardOf(office: OfficeView, board: BoardView, now: number): Onward[] {
  const shown = new Set(servicesOf(office, board).map((service) => service.id));
  const services = new Map(office.services.map((service) => [service.id, service]));
  const since = (ticket: TicketView) => ticket.waiting_since ?? 0;
  // A ticket that was at a counter and waits since then has gone on. Where it was before is not
  // told, so every board that shows either of the services might; the next one is what counts.
  return office.tickets
    .filter((ticket) =>
      ticket.state === 'waiting' && ticket.first_called_at !== undefined && since(ticket) > ticket.first_called_at && now - since(ticket) < ONWARD_MS &&
      (shown.has(ticket.service) || office.counters.some((counter) => counter.id === ticket.counter && counter.services.some((id) => shown.has(id)))),
    )
    .sort((a, b) => since(b) - since(a))
    .slice(0, ONWARD_MAX)
    .map((ticket) => {
      const service = services.get(ticket.service);
      const counters = office.counters.filter((counter) => counter.open && !counter.paused && counter.services.includes(ticket.service));
      return {
        id: ticket.id,
        number: ticket.number,
        service: service?.name ?? {},
        area: service?.area,
        counters: counters.length > COUNTERS_NAMED_MAX ? [] : counters,
      };
    });
}

/** Who was called and did not come, the latest first. */
export function missedOf(office: OfficeView, board: BoardView): string[] {
  const shown = new Set(servicesOf(office, board).map((service) => service.id));
  return office.tickets
    .filter((ticket) => ticket.state === 'no_show' && shown.has(ticket.service))
    .sort((a, b) => (b.ended_at ?? b.called_at ?? 0) - (a.ended_at ?? a.called_at ?? 0))
    .slice(0, MISSED_MAX)
    .map((ticket) => ticket.number);
}

/** Whoever can still come today goes before whoever cannot. */
const RANK: readonly Opening[] = ['open', 'pause', 'before_opening', 'full', 'closed', 'day_off'];

/** What the hall as a whole is like: as its most open service. */
export function hallOf(lines: readonly ServiceLine[]): HallState {
  const waiting = lines.reduce((sum, line) => sum + line.waiting, 0);
  const opening = RANK.find((one) => lines.some((line) => line.opening === one)) ?? 'open';
  const until = lines.flatMap((line) => (line.opening === opening && line.until !== undefined ? [line.until] : [])).sort((a, b) => a - b)[0];
  return { opening, until, waiting };
}

/**
 * Which calls stand large: those of the last `call_ms`, and those still to be announced.
 * Where there are more than fit, the one being announced stays, then the latest.
 */
export function largeOf(calls: readonly Call[], now: number, call_ms: number, pending: ReadonlySet<string>, announcing: string | null, max: number): Call[] {
  const large = calls.filter((call) => now - call.called_at < call_ms || pending.has(call.id) || call.id === announcing);
  const chosen = [...large].sort((a, b) => Number(b.id === announcing) - Number(a.id === announcing)).slice(0, max);
  return large.filter((call) => chosen.includes(call));
}
