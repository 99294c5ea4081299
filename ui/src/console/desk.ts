import type { CounterView, OfficeView, TicketView } from '../generated/wire';

/** The tickets of one office, sorted into the lists a clerk works with. */
export interface Lists {
  /** Those this counter may call, in the order in which they would be called. */
  waiting: TicketView[];
  /** Those who wait for services of other counters. */
  elsewhere: TicketView[];
  /** Called and not come: a clerk can put them back. */
  missed: TicketView[];
  /** Over for today, the latest first. */
  over: TicketView[];
}

export function listsFor(office: OfficeView, counter: CounterView): Lists {
  const byId = new Map(office.tickets.map((ticket) => [ticket.id, ticket]));
  const line = office.order.flatMap((id) => byId.get(id) ?? []).filter((ticket) => ticket.state === 'waiting');
  const mine = new Set(counter.services);
  const latestFirst = (a: TicketView, b: TicketView) => (b.ended_at ?? b.called_at ?? b.issued_at) - (a.ended_at ?? a.called_at ?? a.issued_at);
  return {
    waiting: line.filter((ticket) => mine.has(ticket.service)),
    elsewhere: line.filter((ticket) => !mine.has(ticket.service)),
    missed: office.tickets.filter((ticket) => ticket.state === 'no_show').sort(latestFirst),
    over: office.tickets.filter((ticket) => ticket.state === 'finished' || ticket.state === 'cancelled').sort(latestFirst),
  };
}

/** The ticket that stands at this counter, or is on its way to it. */
export function atCounter(office: OfficeView, counter: CounterView): TicketView | undefined {
  const ticket = office.tickets.find((one) => one.id === counter.ticket);
  return ticket?.state === 'called' || ticket?.state === 'serving' ? ticket : undefined;
}

/** What a counter's ticket can undergo; also the last part of the command's address. */
export type Act = 'call' | 'recall' | 'start' | 'finish' | 'no-show' | 'restore' | 'cancel';

/** The keys of the desk. Letters stand for words on the buttons; F2 is the one key for 次へ. */
export type Shortcut = 'next' | 'recall' | 'start' | 'finish' | 'no-show' | 'undo' | 'print';
const KEYS: Record<string, Shortcut> = {
  F2: 'next',
  n: 'next',
  r: 'recall',
  s: 'start',
  e: 'finish',
  x: 'no-show',
  z: 'undo',
  p: 'print',
};

/** The shortcut a key press means; nothing while somebody types, or holds a modifier or the key itself. */
export function shortcutOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'repeat'>, typing: boolean): Shortcut | null {
  if (typing || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return null;
  return KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
}
