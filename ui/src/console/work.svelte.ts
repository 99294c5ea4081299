import type { Done, OfficeView, TicketView } from '../generated/wire';
import { pressKey, Refused } from '../host/host';
import type { Session } from '../session.svelte';
import { sentenceOf } from '../words/refusal';
import { of, t } from '../words/words.svelte';

/** What a clerk can undo. */
export type Deed = 'call' | 'start' | 'finish' | 'no_show' | 'hold' | 'restore' | 'transfer' | 'cancel';

/** The last deed of this clerk at this page, and how it left the ticket. */
export interface LastDeed {
  deed: Deed;
  ticket: Pick<TicketView, 'id' | 'number' | 'state' | 'service'>;
}

/** How long a press whose answer was lost keeps its key. */
const UNANSWERED_MS_KEPT = 60_000;
const KEPT_AS = 'uketsuke.last_deed';

/**
 * A clerk's commands, one at a time. A press has one idempotency key. The same press again, while the first is on
 * its way, is the same press; so is the same press after an answer that got lost. Another one waits for its turn.
 */
export class Work {
  trouble = $state('');
  said = $state('');
  last = $state.raw<LastDeed | null>(kept());
  /** The command that is on its way. */
  underWay = $state.raw<string | null>(null);
  #end: Promise<unknown> = Promise.resolve();
  #unanswered: { press: string; key: string; at: number } | null = null;
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Sends a command; gives its answer, or nothing when it was refused or was the same press again. */
  async do<T = Done>(path: string, body: unknown = {}, said = ''): Promise<T | null> {
    const press = `${path} ${JSON.stringify(body)}`;
    while (this.underWay !== null) {
      if (this.underWay === press) return null;
      await this.#end;
    }
    this.underWay = press;
    const end = this.#send<T>(press, path, body, said);
    this.#end = end;
    return end;
  }

  /** Does something to a ticket that can be undone. */
  async deed(deed: Deed, path: string, body: unknown, said = ''): Promise<TicketView | null> {
    const done = await this.do(path, body, said);
    if (done?.ticket) this.#remember({ deed, ticket: done.ticket });
    return done?.ticket ?? null;
  }

  async undo(): Promise<TicketView | null> {
    const what = this.last;
    const done = await this.do('/api/undo', {}, what === null ? t('console.said.undone') : of('console.undone', what.deed, { number: what.ticket.number }));
    if (done !== null || this.trouble !== '') this.#remember(null);
    return done?.ticket ?? null;
  }

  /** The last deed, as long as nobody has touched its ticket since. */
  undoable(office: OfficeView): LastDeed | null {
    const what = this.last;
    if (what === null) return null;
    const now = office.tickets.find((one) => one.id === what.ticket.id);
    return now?.state === what.ticket.state && now.service === what.ticket.service ? what : null;
  }

  /** Says something that no command says. */
  say(trouble: string, said = ''): void {
    this.trouble = trouble;
    this.said = said;
  }

  /** A command ended otherwise than by an answer. */
  fail(error: unknown): void {
    this.say(error instanceof Refused && error.code === 'hub_away' ? t('console.said.unsure') : sentenceOf(error));
  }

  async #send<T>(press: string, path: string, body: unknown, said: string): Promise<T | null> {
    this.say('');
    const key = this.#keyFor(press);
    try {
      const answer = await this.#session.call<T>('POST', path, body, { key });
      this.#unanswered = null;
      this.said = said;
      return answer;
    } catch (error) {
      this.#unanswered = error instanceof Refused && error.code === 'hub_away' ? { press, key, at: Date.now() } : null;
      this.fail(error);
      return null;
    } finally {
      this.underWay = null;
    }
  }

  /** A fresh key; for a press whose answer was lost a moment ago, that press's key. */
  #keyFor(press: string): string {
    const lost = this.#unanswered;
    return lost?.press === press && Date.now() - lost.at < UNANSWERED_MS_KEPT ? lost.key : pressKey();
  }

  #remember(last: LastDeed | null): void {
    this.last = last && { deed: last.deed, ticket: { id: last.ticket.id, number: last.ticket.number, state: last.ticket.state, service: last.ticket.service } };
    try {
      if (this.last === null) sessionStorage.removeItem(KEPT_AS);
      else sessionStorage.setItem(KEPT_AS, JSON.stringify(this.last));
    } catch {
      // A page without a place to keep things forgets the deed when it is loaded again.
    }
  }
}

function kept(): LastDeed | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT_AS) ?? 'null') as LastDeed | null;
  } catch {
    return null;
  }
}
