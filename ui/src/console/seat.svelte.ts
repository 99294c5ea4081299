import type { CancelReason, CounterView, Destination, HoldReason, Me, OfficeView, Place, Share, TicketView } from '../generated/wire';
import { t } from '../words/words.svelte';
import { atCounter, goesOnTo, recallIn, type GoOn } from './desk';
import { BOUNCE_MS } from './keys';
import type { Work } from './work.svelte';

/** What a seat looks at when something is done. */
interface View {
  office: OfficeView;
  counter: CounterView;
  me: Me;
  now: number;
}

/** A clerk at a counter: what can be done there, as commands. */
export class Seat {
  /** Whoever just left the counter for a further service: the sentence to tell them. */
  goOn = $state.raw<GoOn | null>(null);
  readonly work: Work;
  readonly #view: () => View;
  #pressed_at = -BOUNCE_MS;

  constructor(work: Work, view: () => View) {
    this.work = work;
    this.#view = view;
  }

  get current(): TicketView | undefined {
    const { office, counter } = this.#view();
    return atCounter(office, counter);
  }

  /** The one key: calls the next one, starts with whoever was called, ends and calls the next one. */
  async primary(): Promise<void> {
    const at = performance.now();
    if (at - this.#pressed_at < BOUNCE_MS || this.work.underWay !== null) return;
    const current = this.current;
    const work = current === undefined ? (this.#view().counter.paused ? this.resume() : this.next()) : current.state === 'called' ? this.start() : this.finishAndNext();
    this.#pressed_at = at;
    await work;
  }

  next(service?: string): Promise<TicketView | null> {
    return this.work.deed('call', this.#at('next'), service === undefined ? {} : { service });
  }

  async finishAndNext(): Promise<void> {
    if ((await this.finish()) === null || this.#view().counter.paused) return;
    await this.next();
  }

  call(ticket: TicketView): Promise<TicketView | null> {
    return this.work.deed('call', of(ticket, 'call'), this.#here());
  }

  async recall(): Promise<void> {
    const { office, now } = this.#view();
    const current = this.current;
    if (current?.state !== 'called') return;
    if (current.calls >= office.calling.calls_max || recallIn(current, office.calling.recall_after_s, now) > 0) return;
    await this.work.do(of(current, 'recall'), this.#here());
  }

  async start(): Promise<void> {
    const current = this.current;
    if (current?.state !== 'called') return;
    this.#other();
    this.goOn = null;
    await this.work.deed('start', of(current, 'start'), this.#here());
  }

  /** Ends what is done here. A ticket with further services waits again, and the clerk reads out where. */
  async finish(): Promise<TicketView | null> {
    const current = this.current;
    if (current === undefined) return null;
    this.#other();
    const ticket = await this.work.deed('finish', of(current, 'finish'), this.#here());
    if (ticket !== null) this.#tell(ticket);
    return ticket;
  }

  async noShow(): Promise<void> {
    const current = this.current;
    if (current?.state !== 'called') return;
    this.#other();
    await this.work.deed('no_show', of(current, 'no-show'), this.#here(), t('console.said.no_show', { number: current.number }));
  }

  async hold(ticket: TicketView, reason: HoldReason): Promise<void> {
    await this.work.deed('hold', of(ticket, 'hold'), { reason }, t('console.said.held', { number: ticket.number }));
  }

  async restore(ticket: TicketView, place: Place): Promise<void> {
    await this.work.deed('restore', of(ticket, 'restore'), { place }, t('console.said.restored', { number: ticket.number }));
  }

  async transfer(ticket: TicketView, to: Destination, note: string): Promise<void> {
    const body = note === '' ? { to } : { to, note };
    const passed = await this.work.deed('transfer', of(ticket, 'transfer'), body, t('console.said.transferred', { number: ticket.number }));
    if (passed !== null) this.#tell(passed);
  }

  async plan(ticket: TicketView, then: string[]): Promise<void> {
    await this.work.do(of(ticket, 'plan'), { then }, t('console.said.planned', { number: ticket.number }));
  }

  async prioritise(ticket: TicketView, considerate: boolean): Promise<void> {
    const said = considerate ? t('console.said.considerate', { number: ticket.number }) : t('console.said.not_considerate', { number: ticket.number });
    await this.work.do(of(ticket, 'prioritise'), { considerate }, said);
  }

  async cancel(ticket: TicketView, reason: CancelReason): Promise<void> {
    await this.work.deed('cancel', of(ticket, 'cancel'), { reason }, t('console.said.cancelled', { number: ticket.number }));
  }

  async undo(): Promise<void> {
    this.#other();
    this.goOn = null;
    await this.work.undo();
  }

  pause = () => this.work.do(this.#at('pause'), {}, t('console.said.paused'));
  resume = () => this.work.do(this.#at('resume'), {}, t('console.said.resumed'));
  close = () => this.work.do(this.#at('close'));
  assign = (services: Share[]) => this.work.do(this.#at('assign'), { services }, t('console.said.assigned'));

  /** Something else was done on purpose: the next press of the one key is no bounce of the last. */
  #other(): void {
    this.#pressed_at = -BOUNCE_MS;
  }

  #tell(ticket: TicketView): void {
    this.goOn = goesOnTo(this.#view().office, ticket);
  }

  #here(): { counter: string } {
    return { counter: this.#view().counter.id };
  }

  #at(act: string): string {
    return `/api/counters/${this.#view().counter.id}/${act}`;
  }
}

const of = (ticket: TicketView, act: string): string => `/api/tickets/${ticket.id}/${act}`;
