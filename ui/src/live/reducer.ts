import type { Change, Live, OfficeView } from '../generated/wire';

/** What a page knows of the office, and whether it knows that it has missed something. */
export interface Known {
  office: OfficeView | null;
  /** The stream told of events that never came: ask for everything again. */
  incomplete: boolean;
}

export const NOTHING: Known = { office: null, incomplete: false };

/** Takes one message in. Messages replace what they name; older ones than what is known change nothing. */
export function reduce(known: Known, message: Live): Known {
  switch (message.kind) {
    case 'snapshot':
      return { office: message.office, incomplete: false };
    case 'change':
      if (known.office === null) return { ...known, incomplete: true };
      // The same number may come again after a reconnection, with a newer order.
      if (message.change.seq < known.office.seq) return known;
      return { ...known, office: apply(known.office, message.change) };
    case 'beat': {
      const { office } = known;
      if (office === null || message.seq !== office.seq) return { ...known, incomplete: true };
      return { ...known, office: { ...office, at: message.at } };
    }
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
    bookings: office.bookings.map((booking) => {
      const ticket = change.tickets.find((one) => one.booking === booking.number && one.state !== 'cancelled');
      return ticket ? { ...booking, ticket: ticket.id } : booking;
    }),
    order: merged(change.order, office.order, tickets),
    help: change.help,
  };
}

function replaced<T extends { id: string }>(old: T[], news: T[]): T[] {
  const byId = new Map(news.map((one) => [one.id, one]));
  const kept = old.map((one) => {
    const other = byId.get(one.id);
    byId.delete(one.id);
    return other ?? one;
  });
  return [...kept, ...byId.values()];
}

/** A change names only the head of the line; behind it stand those of before, then those who came since. */
function merged(head: string[], old: string[], tickets: OfficeView['tickets']): string[] {
  const waiting = new Set(tickets.filter((ticket) => ticket.state === 'waiting').map((ticket) => ticket.id));
  const order = new Set<string>();
  for (const id of [...head, ...old, ...waiting]) if (waiting.has(id)) order.add(id);
  return [...order];
}
