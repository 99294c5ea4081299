import type { OfficeView, TicketView } from '../generated/wire';

/** A number that was called, and where to. */
export interface Call {
  ticket: TicketView;
  counter: OfficeView['counters'][number] | undefined;
  called_at: number;
}

export const CALLS_MAX = 6;

/** Who is called or at a counter, the latest first: what a board shows. */
export function callsOf(office: OfficeView): Call[] {
  const counters = new Map(office.counters.map((counter) => [counter.id, counter]));
  return office.tickets
    .flatMap((ticket) =>
      ticket.called_at !== undefined && (ticket.state === 'called' || ticket.state === 'serving')
        ? [{ ticket, counter: ticket.counter === undefined ? undefined : counters.get(ticket.counter), called_at: ticket.called_at }]
        : [],
    )
    .sort((a, b) => b.called_at - a.called_at)
    .slice(0, CALLS_MAX);
}

/**
 * The calls to be announced: those whose `called_at` is later than everything heard before. A page that
 * has just opened announces nothing; what was called before it came has been announced already.
 */
export function newCalls(calls: readonly Call[], heardUpTo: number | null): { fresh: Call[]; heardUpTo: number } {
  const latest = calls.reduce((most, call) => Math.max(most, call.called_at), heardUpTo ?? 0);
  const fresh = heardUpTo === null ? [] : calls.filter((call) => call.called_at > heardUpTo);
  return { fresh, heardUpTo: latest };
}

export interface ServiceLine {
  id: string;
  letter: string;
  name: OfficeView['services'][number]['name'];
  open: boolean;
  waiting: number;
  next: string[];
}

/** Per service: how many wait, and the numbers that would be called next. */
export function servicesOf(office: OfficeView, nextMax: number): ServiceLine[] {
  const byId = new Map(office.tickets.map((ticket) => [ticket.id, ticket]));
  const line = office.order.flatMap((id) => byId.get(id) ?? []);
  return office.services.map((service) => {
    const waiting = line.filter((ticket) => ticket.service === service.id && ticket.state === 'waiting');
    return {
      id: service.id,
      letter: service.letter,
      name: service.name,
      open: service.open,
      waiting: waiting.length,
      next: waiting.slice(0, nextMax).map((ticket) => ticket.number),
    };
  });
}
