import type { BookingView, Change, Live, OfficeView, TicketView } from '../generated/wire';

/** What a page knows of the office, and whether it knows that it has missed something. */
export interface Known {
  office: OfficeView | null;
  /** The stream told of events that never came: ask for everything again. */
  incomplete: boolean;
}

export const NOTHING: Known = { office: null, incomplete: false };

/** Takes one message in. Messages replace what they name; older ones than what is known change nothing. */
export function reduce(known: Known, message: Live): Known {
  const { office } = known;
  if (message.kind === 'snapshot') return { office: message.office, incomplete: false };
  if (office === null) return { ...known, incomplete: true };
  switch (message.kind) {
    case 'change':
      // The same number may come again after a reconnection, with a newer order.
      if (message.change.seq < office.seq) return known;
      return { ...known, office: apply(office, message.change) };
    case 'waits': {
      const now = new Map(message.services.map((one) => [one.service, one]));
      const services = office.services.map((service) => ({ ...service, now: now.get(service.id) ?? service.now }));
      return { ...known, office: { ...office, at: message.at, services } };
    }
    case 'kiosks':
      return { ...known, office: { ...office, at: message.at, kiosks: message.kiosks, prints: message.prints } };
    case 'beat':
      if (message.seq !== office.seq) return { ...known, incomplete: true };
      return { ...known, office: { ...office, at: message.at } };
  }
}

function apply(office: OfficeView, change: Change): OfficeView {
  const tickets = replaced(office.tickets, change.tickets);
  return {
    ...office,
    seq: change.seq,
    at: change.at,
    tickets,
    counters: replaced(office.counters, change.counters),
    bookings: bookingsAfter(office.bookings, change),
    order: lineAfter(change.order, office.order, tickets),
    help: change.help ?? office.help,
    alarms: change.alarms ?? office.alarms,
    bookings_as_of: change.bookings_as_of ?? office.bookings_as_of,
    staff: change.staff ?? office.staff,
    notice: change.notice === undefined ? office.notice : Object.keys(change.notice).length > 0 ? change.notice : undefined,
  };
}

function replaced<T extends { id: string }>(old: T[], news: T[]): T[] {
  if (news.length === 0) return old;
  const byId = new Map(news.map((one) => [one.id, one]));
  const kept = old.map((one) => {
    const other = byId.get(one.id);
    byId.delete(one.id);
    return other ?? one;
  });
  return [...kept, ...byId.values()];
}

/** Bookings that the change names replace what was there; a ticket that names its booking stands beside it at once. */
function bookingsAfter(old: BookingView[], change: Change): BookingView[] {
  const named = change.tickets.filter((one) => one.booking !== undefined && one.state !== 'cancelled');
  if (change.bookings === undefined && named.length === 0) return old;
  const byNumber = new Map(old.map((one) => [one.number, one]));
  for (const booking of change.bookings ?? []) byNumber.set(booking.number, booking);
  for (const { booking, id } of named) {
    const before = booking === undefined ? undefined : byNumber.get(booking);
    if (before) byNumber.set(before.number, { ...before, ticket: id });
  }
  return [...byNumber.values()].sort((a, b) => a.start - b.start);
}

/**
 * The whole line after a change. The hub names the head of it, twelve numbers in the order in which they will be
 * called, and that is what counts. Behind the head this page keeps the order it knew, without those who have left;
 * whoever has come in since and is not in the head stands by arrival, as the hub would count it without bookings,
 * preferences and considerate priority. So the tail is a fair guess that each call makes exact before it matters.
 */
function lineAfter(head: string[], old: string[], tickets: TicketView[]): string[] {
  const waiting = new Map(tickets.filter((one) => one.state === 'waiting').map((one) => [one.number, one]));
  const line = new Set(head.filter((number) => waiting.has(number)));
  const tail = old.filter((number) => waiting.has(number) && !line.has(number));
  const known = new Set([...line, ...tail]);
  for (const [number, { issued_at }] of waiting) {
    if (known.has(number)) continue;
    const later = tail.findIndex((other) => (waiting.get(other)?.issued_at ?? 0) > issued_at);
    tail.splice(later === -1 ? tail.length : later, 0, number);
  }
  return [...line, ...tail];
}
