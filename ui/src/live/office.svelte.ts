import type { OfficeView, TicketView } from '../generated/wire';
import type { Host } from '../host/host';
import { NOTHING, reduce, type Known } from './reducer';

/** A page that has heard nothing for this long says so. The hub beats every two seconds. */
const STALE_AFTER_MS = 4_200;
const TICK_MS = 500;

/** The office as this page knows it, its clock, and how fresh both are. */
export class LiveOffice {
  #known = $state.raw<Known>(NOTHING);
  #heardAt = $state.raw(performance.now());
  #tickedAt = $state.raw(performance.now());
  #offset_ms = $state.raw(0);
  #asking = false;
  readonly #host: Host;
  readonly #keep: ((ticket: TicketView) => boolean) | undefined;

  /** `keep` says which tickets this page needs; the others are let go, so that a long day does not fill it. */
  constructor(host: Host, keep?: (ticket: TicketView) => boolean) {
    this.#host = host;
    this.#keep = keep;
  }

  get office(): OfficeView | null {
    return this.#known.office;
  }

  /** Now by the hub's clock, in milliseconds; moves twice a second. */
  get now(): number {
    void this.#tickedAt;
    return Date.now() + this.#offset_ms;
  }

  /** Nothing has been heard for so long that what stands here may be old. */
  get stale(): boolean {
    return this.#tickedAt - this.#heardAt > STALE_AFTER_MS;
  }

  /** For how long nothing has been heard. */
  get silence_ms(): number {
    return Math.max(0, this.#tickedAt - this.#heardAt);
  }

  /** Listens until the returned function is called; meant for `$effect`. */
  listen(): () => void {
    const stop = this.#host.live(
      (message) => {
        this.#heardAt = performance.now();
        this.#known = this.#kept(reduce(this.#known, message));
        if (this.#known.office !== null) this.#offset_ms = this.#known.office.at - Date.now();
        if (this.#known.incomplete) void this.#askAgain();
      },
      () => undefined, // Silence says it better than a socket's state: see `stale`.
    );
    const timer = setInterval(() => {
      this.#tickedAt = performance.now();
    }, TICK_MS);
    return () => {
      stop();
      clearInterval(timer);
    };
  }

  #kept(known: Known): Known {
    const { office } = known;
    if (office === null || this.#keep === undefined || office.tickets.every(this.#keep)) return known;
    return { ...known, office: { ...office, tickets: office.tickets.filter(this.#keep) } };
  }

  async #askAgain(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const office = await this.#host.call<OfficeView>('GET', '/api/office');
      this.#known = this.#kept(reduce(this.#known, { kind: 'snapshot', office }));
    } catch {
      // The next beat will find it still incomplete and ask once more.
    } finally {
      this.#asking = false;
    }
  }
}
