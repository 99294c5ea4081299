import type { Call } from './hall';

/** One announcement: its two tones, and long enough after them to read a number twice. */
export const ANNOUNCE_MS = 4_000;
/** A hall that is further behind than this shows the numbers without announcing each. */
export const PENDING_MAX = 12;

/** What a call is until it is called once more. */
const keyOf = (call: Call) => `${call.id}@${String(call.called_at)}`;

/**
 * Announces one call after another, never two at once.
 *
 * A page that has just opened announces nothing: what stood there before was announced before. After
 * that, a call is new when its time is other than the one heard last for the same ticket, earlier or
 * later: a hub whose clock was set back is heard all the same, and so is the first call after a quiet hour.
 */
export class Announcer {
  #heard: Map<string, number> | null = null;
  #pending: Call[] = [];
  #current: { call: Call; until: number } | null = null;

  /** Takes in who is called now. `now` is the hub's clock; what is older than `call_ms` is no news. */
  hear(calls: readonly Call[], now: number, call_ms: number): void {
    const heard = this.#heard;
    if (heard !== null) {
      const fresh = calls.filter((call) => heard.get(call.id) !== call.called_at && Math.abs(now - call.called_at) < call_ms);
      fresh.sort((a, b) => a.called_at - b.called_at);
      this.#pending.push(...fresh);
    }
    this.#heard = new Map(calls.map((call) => [call.id, call.called_at]));
    const standing = new Set(calls.map(keyOf));
    this.#pending = this.#pending.filter((call) => standing.has(keyOf(call))).slice(-PENDING_MAX);
  }

  /** Begins the next announcement once the one before has ended; gives it when it begins. `now` never goes back. */
  step(now: number): Call | null {
    if (this.#current !== null && now < this.#current.until) return null;
    const call = this.#pending.shift();
    this.#current = call === undefined ? null : { call, until: now + ANNOUNCE_MS };
    return call ?? null;
  }

  /** The ticket that is being announced. */
  get announcing(): string | null {
    return this.#current?.call.id ?? null;
  }

  /** The tickets that are still to be announced. */
  get pending(): ReadonlySet<string> {
    return new Set(this.#pending.map((call) => call.id));
  }
}
