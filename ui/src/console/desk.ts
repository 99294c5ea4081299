import type { CounterView, Me, OfficeView, TicketView } from '../generated/wire';

/** The tickets of one office, sorted into the lists a clerk works with. */
export interface Lists {
  /** Those this counter may call, in the order in which they would be called; those aimed at it first. */
  waiting: TicketView[];
  /** Everybody who waits, in the order of the whole line. */
  everybody: TicketView[];
  /** Set aside, the longest first. */
  held: TicketView[];
  /** Called and not come: a clerk can put them back. */
  missed: TicketView[];
  /** Called or served at another counter now. */
  elsewhere: TicketView[];
  /** Over for today, the latest first. */
  over: TicketView[];
}

export function listsFor(office: OfficeView, counter: CounterView | undefined, me: Me): Lists {
  const line = lineOf(office);
  const latestFirst = (a: TicketView, b: TicketView) => touched(b) - touched(a);
  const oldestFirst = (a: TicketView, b: TicketView) => touched(a) - touched(b);
  const of = (...states: TicketView['state'][]) => office.tickets.filter((ticket) => states.includes(ticket.state));
  const aimed = (ticket: TicketView) => isAimedAt(ticket, counter, me);
  const mine = counter === undefined ? [] : line.filter((ticket) => callableAt(ticket, counter, me));
  return {
    waiting: [...mine.filter(aimed), ...mine.filter((ticket) => !aimed(ticket))],
    everybody: line,
    held: of('held').sort(oldestFirst),
    missed: of('no_show').sort(latestFirst),
    elsewhere: of('called', 'serving').filter((ticket) => ticket.id !== counter?.ticket),
    over: of('finished', 'cancelled').sort(latestFirst),
  };
}

/** Those who wait, in the order of the line: by number, since a number in force stands on one ticket only. */
function lineOf(office: OfficeView): TicketView[] {
  const waiting = new Map(office.tickets.filter((one) => one.state === 'waiting').map((one) => [one.number, one]));
  return office.order.flatMap((number) => waiting.get(number) ?? []);
}

const touched = (ticket: TicketView) => ticket.ended_at ?? ticket.called_at ?? ticket.issued_at;

/** Whether a ticket was passed on to this counter or to this clerk. */
export function isAimedAt(ticket: TicketView, counter: CounterView | undefined, me: Me): boolean {
  return (ticket.for_counter !== undefined && ticket.for_counter === counter?.id) || (ticket.for_clerk !== undefined && ticket.for_clerk === me.name);
}

/** Whether 「次へ」 at this counter may call it: a service it calls, and nobody else's. */
function callableAt(ticket: TicketView, counter: CounterView, me: Me): boolean {
  if (isAimedAt(ticket, counter, me)) return true;
  return ticket.for_counter === undefined && ticket.for_clerk === undefined && counter.services.includes(ticket.service);
}

/** The ticket that stands at this counter, or is on its way to it. */
export function atCounter(office: OfficeView, counter: CounterView): TicketView | undefined {
  const ticket = office.tickets.find((one) => one.id === counter.ticket);
  return ticket?.state === 'called' || ticket?.state === 'serving' ? ticket : undefined;
}

/** Who may call somebody who waits out of turn. Whoever is set aside or was missed, every clerk may call. */
export const mayChoose = (me: Me): boolean => me.role === 'lead';
/** Who may write what boards say. */
export const mayDirect = (me: Me): boolean => me.role === 'lead' || me.role === 'manager';
/** Who works at counters at all. */
export const mayServe = (me: Me): boolean => me.role === 'clerk' || me.role === 'lead';

/** Since when a ticket waits for what it waits for now. */
export const waitsSince = (ticket: TicketView): number => ticket.waiting_since ?? ticket.issued_at;

/** Seconds until a ticket may be called again; 0 when it may. */
export function recallIn(ticket: TicketView, recall_after_s: number, now: number): number {
  return ticket.called_at === undefined ? 0 : Math.max(0, Math.ceil((ticket.called_at + recall_after_s * 1_000 - now) / 1_000));
}

/** How a booked citizen's time lies: checked in after it, or the counters are behind it. */
const BEHIND_AFTER_MS = 60_000;
export function bookedHow(ticket: TicketView, now: number): 'late' | 'behind' | 'booked' | null {
  if (ticket.booked_for === undefined) return null;
  if (ticket.issued_at > ticket.booked_for) return 'late';
  return ticket.state === 'waiting' && now - ticket.booked_for > BEHIND_AFTER_MS ? 'behind' : 'booked';
}

/** What happens next to whoever goes on to a further service. */
export interface GoOn {
  number: string;
  service: OfficeView['services'][number];
  /** The open counters that call it. */
  counters: CounterView[];
}

/** Where a ticket that waits again goes: its service, and the counters at which it will be called. */
export function goesOnTo(office: OfficeView, ticket: TicketView): GoOn | null {
  const service = office.services.find((one) => one.id === ticket.service);
  if (ticket.state !== 'waiting' || service === undefined) return null;
  const aim = office.counters.filter((one) => one.id === ticket.for_counter || (ticket.for_clerk !== undefined && one.clerk === ticket.for_clerk));
  const calling = office.counters.filter((one) => one.open && one.services.includes(service.id));
  return { number: ticket.number, service, counters: aim.length > 0 ? aim : calling };
}
