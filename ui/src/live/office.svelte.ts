import type { OfficeView } from '../generated/wire';
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

  constructor(host: Host) {
    this.#host = host;
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

  /** Listens until the returned function is called; meant for `$effect`. */
  listen(): () => void {
    const stop = this.#host.live(
      (message) => {
        this.#heardAt = performance.now();
        this.#known = reduce(this.#known, message);
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

  async #askAgain(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const office = await this.#host.call<OfficeView>('GET', '/api/office');
      this.#known = reduce(this.#known, { kind: 'snapshot', office });
    } catch {
      // The next beat will find it still incomplete and ask once more.
    } finally {
      this.#asking = false;
    }
  }
}
