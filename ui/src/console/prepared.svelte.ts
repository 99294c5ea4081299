import type { Attach, CaseView, Detach, ImportReport, ImportUndone, Prepare, PreparedCase, PreparedDay, PreparedState, PreparedView, Role, TicketView } from '../generated/wire';
import { pressKey, Refused, type Host } from '../host/host';
import { dayAfter } from '../live/time';
import type { Session } from '../session.svelte';
import { sentenceOf } from '../words/refusal';
import { OpenedCase } from './opened.svelte';
import { Presses } from './transcribe';

/** Rows of a list are at most five hundred; whatever is larger than this is no such list. */
export const IMPORT_BYTES_MAX = 1024 * 1024;
/** So many visits are in one printed file. */
export const PRINTED_VISITS_MAX = 30;

/** What tells one visit of a day from the others, also while nobody has begun it. */
export const keyOf = (visit: PreparedView): string => (visit.origin.kind === 'booking' ? `booking ${visit.origin.number}` : `announced ${visit.origin.application}`);

/** How many visits of a day are in which state. */
export function countsOf(visits: readonly PreparedView[]): Record<PreparedState, number> {
  const counts: Record<PreparedState, number> = { not_begun: 0, open: 0, ready: 0, attached: 0, cancelled: 0, gone: 0 };
  for (const visit of visits) counts[visit.state] += 1;
  return counts;
}

/** Whether there is something of it to put on paper. */
export const hasPaper = (visit: PreparedView): boolean => visit.id !== undefined && visit.state !== 'gone';

/** Whether it can be the case of somebody who is here now. */
export const isToCome = (visit: PreparedView): boolean => visit.id !== undefined && (visit.state === 'open' || visit.state === 'ready');

/**
 * Whether what was prepared can be taken back from its number by this clerk: as long as the number is in force or was taken back, and
 * where it stands at a counter, by that counter's clerk and by leads. The hub says the last word.
 */
export function canBeUndone(ticket: TicketView | undefined, current: TicketView | undefined, role: Role | undefined): boolean {
  switch (ticket?.state) {
    case undefined:
    case 'finished':
      return false;
    case 'called':
    case 'serving':
      return ticket.id === current?.id || role === 'lead';
    case 'waiting':
    case 'held':
    case 'no_show':
    case 'cancelled':
      return true;
  }
}

/** Why a file is not sent. */
export type Unfit = 'too_large' | 'no_csv';

/** A file that cannot be a list, before anybody sends it. */
export function unfit(file: Pick<File, 'name' | 'size'>): Unfit | null {
  if (file.size > IMPORT_BYTES_MAX) return 'too_large';
  return /\.(csv|txt)$/i.test(file.name) ? null : 'no_csv';
}

/** What the search for a form compares: full and half width, hiragana and katakana, capitals and small letters are the same. */
export const folded = (text: string): string =>
  text.normalize('NFKC').toLowerCase().replace(/[ァ-ヶ]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0x60)).replace(/\s+/g, '');

/** The visits of a day. What another day's answer brings late is not shown. */
export class Day {
  found = $state.raw<PreparedDay | null>(null);
  trouble = $state('');
  reading = $state(false);
  /** The day that is looked at: `2026-11-25`, or `next`. */
  wanted = $state('next');
  readonly #session: Session;
  #asked = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  go(day: string): Promise<void> {
    this.wanted = day;
    return this.read();
  }

  /** Steps along the calendar from the day that stands there. */
  step(days: number): Promise<void> {
    return this.go(this.found === null ? 'next' : dayAfter(this.found.day, days));
  }

  async read(): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    this.reading = true;
    try {
      const found = await this.#session.call<PreparedDay>('GET', `/api/prepared/days/${this.wanted}`);
      if (mine !== this.#asked) return;
      this.found = found;
      this.wanted = found.day;
      this.trouble = '';
    } catch (error) {
      if (mine !== this.#asked) return;
      this.trouble = sentenceOf(error);
    } finally {
      if (mine === this.#asked) this.reading = false;
    }
  }

  /** What was read of people leaves. */
  close(): void {
    this.#asked += 1;
    this.found = null;
  }
}

/** The case of a prepared visit on a clerk's screen: changed as a ticket's case is, and with it goes how far the visit is. */
export class OpenedVisit extends OpenedCase {
  visit = $state.raw<PreparedView | null>(null);

  constructor(session: Session, id: string) {
    super(session, id, `/api/prepared/${id}`);
  }

  protected override caseIn(answer: unknown): CaseView {
    const { visit, case: found } = answer as PreparedCase;
    this.visit = visit;
    return found;
  }

  override close(): void {
    super.close();
    this.visit = null;
  }
}

/** What is done with whole visits: begun, given to a ticket, taken back. A press has one key, also when its answer was lost. */
export class Visits {
  trouble = $state('');
  busy = $state(false);
  readonly #presses: Presses;

  constructor(session: Session) {
    this.#presses = new Presses(session);
  }

  begin(day: string, booking: string): Promise<PreparedCase | null> {
    return this.#do('/api/prepared', { day, booking } satisfies Prepare);
  }

  attach(id: string, ticket: string): Promise<PreparedView | null> {
    return this.#do(`/api/prepared/${id}/attach`, { ticket } satisfies Attach);
  }

  /** `drop_changes`: the clerk has read that what was changed since goes. */
  detach(id: string, drop_changes = false): Promise<PreparedView | null> {
    return this.#do(`/api/prepared/${id}/detach`, { drop_changes } satisfies Detach);
  }

  /** What was prepared is erased before its time. */
  erase(id: string): Promise<PreparedView | null> {
    return this.#do(`/api/prepared/${id}/erase`, {});
  }

  /** An empty case for a ticket without one: 聞き取り. */
  start(ticket: string): Promise<CaseView | null> {
    return this.#do(`/api/tickets/${ticket}/case/start`, {});
  }

  async #do<T>(path: string, body: unknown): Promise<T | null> {
    if (this.busy) return null;
    this.busy = true;
    this.trouble = '';
    try {
      return await this.#presses.send<T>(path, body);
    } catch (error) {
      this.trouble = sentenceOf(error);
      return null;
    } finally {
      this.busy = false;
    }
  }
}

/** A list of announced moves on its way in: always tried first, then taken as it was tried. */
export class Import {
  file = $state.raw<File | null>(null);
  report = $state.raw<ImportReport | null>(null);
  /** What became of the visits of a list that was taken back. */
  undone = $state.raw<ImportUndone | null>(null);
  /** Why the file was not even sent. */
  fault = $state<Unfit | null>(null);
  trouble = $state('');
  /** What is being done with the file. */
  doing = $state<'trying' | 'taking' | 'undoing' | null>(null);
  readonly #session: Session;
  #unanswered: { file: File; doing: string; key: string } | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Looks at what a file would lead to. */
  async choose(file: File): Promise<void> {
    if (this.doing !== null) return;
    this.another();
    this.file = file;
    this.fault = unfit(file);
    if (this.fault === null) await this.#send(file, 'trying');
  }

  /** Asks again after an answer that was lost; a file that was tried is taken. It is taken once, however often it is asked for. */
  async go(): Promise<void> {
    if (this.doing !== null || this.file === null) return;
    if (this.report === null) await this.#send(this.file, 'trying');
    else if (this.report.dry_run) await this.#send(this.file, 'taking');
  }

  /** Whether there is something of this list that can be taken back. */
  get standing(): number {
    if (this.report === null || this.undone !== null) return 0;
    return this.report.unchanged + (this.report.dry_run ? 0 : this.report.new + this.report.updated);
  }

  /** Takes a list back: what it made and nobody has touched is erased. */
  async undo(): Promise<void> {
    if (this.doing === null && this.file !== null && this.standing > 0) await this.#send(this.file, 'undoing');
  }

  another(): void {
    if (this.doing !== null) return;
    this.file = null;
    this.report = null;
    this.undone = null;
    this.fault = null;
    this.trouble = '';
  }

  async #send(file: File, doing: 'trying' | 'taking' | 'undoing'): Promise<void> {
    this.doing = doing;
    this.trouble = '';
    const lost = this.#unanswered;
    const key = lost?.file === file && lost.doing === doing ? lost.key : pressKey();
    try {
      if (doing === 'undoing') this.undone = await this.#session.upload<ImportUndone>('/api/prepared/import/undo', file, { key });
      else this.report = await this.#session.upload<ImportReport>(doing === 'trying' ? '/api/prepared/import?dry_run' : '/api/prepared/import', file, { key });
      this.#unanswered = null;
    } catch (error) {
      const unsure = error instanceof Refused && (error.code === 'hub_away' || error.code === 'unavailable');
      this.#unanswered = unsure ? { file, doing, key } : null;
      this.trouble = sentenceOf(error);
    } finally {
      this.doing = null;
    }
  }
}

/**
 * The papers of a day, file after file: a hub puts so many visits into one. Each is asked for by its id and once, so that none is left
 * out where a visit is begun or leaves between two files.
 */
export class DayPrint {
  /** Visits that were handed to the printer. */
  printed = $state(0);
  busy = $state(false);
  trouble = $state('');
  readonly #host: Pick<Host, 'printFile'>;
  readonly #day: string;
  /** The visits of the day as the page has them now. */
  readonly #visits: () => readonly PreparedView[];
  #asked = $state.raw<readonly string[]>([]);

  constructor(host: Pick<Host, 'printFile'>, day: string, visits: () => readonly PreparedView[]) {
    this.#host = host;
    this.#day = day;
    this.#visits = visits;
  }

  /** Visits in all, as far as the page knows. */
  get visits(): number {
    return this.printed + this.#rest.length;
  }

  /** How many the next file holds. */
  get next(): number {
    return Math.min(PRINTED_VISITS_MAX, this.#rest.length);
  }

  get #rest(): string[] {
    return this.#visits().filter(isToCome).flatMap((one) => one.id ?? []).filter((id) => !this.#asked.includes(id));
  }

  async go(): Promise<void> {
    if (this.busy || this.next <= 0) return;
    this.busy = true;
    this.trouble = '';
    try {
      while (this.next > 0) {
        const of = this.#rest.slice(0, PRINTED_VISITS_MAX);
        const count = await this.#file(of);
        this.#asked = [...this.#asked, ...of];
        this.printed += count;
        if (count > 0) return;
      }
    } catch (error) {
      this.trouble = sentenceOf(error);
    } finally {
      this.busy = false;
    }
  }

  /** How many a file had. Visits of other counters, and those that came or cancelled meanwhile, are in none. */
  async #file(of: readonly string[]): Promise<number> {
    try {
      return (await this.#host.printFile(`/api/prepared/days/${this.#day}/paper.pdf?of=${of.join(',')}`)) ?? of.length;
    } catch (error) {
      if (error instanceof Refused && error.code === 'not_found') return 0;
      throw error;
    }
  }
}
