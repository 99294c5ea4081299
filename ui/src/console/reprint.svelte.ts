import type { TicketView } from '../generated/wire';

/** The number whose slip somebody wants from a kiosk's printer; wished in lists, sheets and notices, done in one place. */
class Wish {
  ticket = $state.raw<TicketView | null>(null);
}

export const reprint = new Wish();
