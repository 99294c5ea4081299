import type { AskSignature, SignRequest, SignState } from '../generated/wire';
import { pressKey, Refused } from '../host/host';
import type { Session } from '../session.svelte';
import { sentenceOf } from '../words/refusal';

const RETRY_MS = 1_500;

/** A form of a case on the counter's tablet, as the clerk who asked follows it. */
export class SignatureAsked {
  request = $state.raw<SignRequest | null>(null);
  /** Why it could not be asked. */
  trouble = $state('');
  busy = $state(false);
  #followed = 0;
  readonly #path: string;
  readonly #session: Session;

  constructor(session: Session, ticket: string) {
    this.#session = session;
    this.#path = `/api/tickets/${ticket}/sign`;
  }

  /** What became of it, where it is over without a signature. */
  get over(): Exclude<SignState, 'waiting' | 'signed'> | null {
    const state = this.request?.state;
    return state === undefined || state === 'waiting' || state === 'signed' ? null : state;
  }

  get waits(): boolean {
    return this.request?.state === 'waiting';
  }

  async ask(procedure: string, revision: number): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.trouble = '';
    const body: AskSignature = { procedure, revision };
    try {
      this.request = await this.#session.call<SignRequest>('POST', this.#path, body, { key: pressKey() });
      void this.#follow();
    } catch (error) {
      this.trouble = sentenceOf(error);
    } finally {
      this.busy = false;
    }
  }

  async cancel(): Promise<void> {
    if (this.request === null) return;
    try {
      this.request = await this.#session.call<SignRequest>('POST', `${this.#path}/${this.request.request}/cancel`, {});
    } catch (error) {
      this.trouble = sentenceOf(error);
    }
  }

  /** Nobody looks any more. What stands on the tablet stays there until its time is over. */
  close(): void {
    this.#followed += 1;
  }

  async #follow(): Promise<void> {
    this.#followed += 1;
    const turn = this.#followed;
    while (turn === this.#followed && this.request?.state === 'waiting') {
      try {
        const now = await this.#session.call<SignRequest>('GET', `${this.#path}/${this.request.request}?seen=waiting`);
        if (turn === this.#followed && this.request.state === 'waiting') this.request = now;
      } catch (error) {
        // A hub that was started anew knows nothing of it.
        if (error instanceof Refused && error.code === 'not_found') this.request = { ...this.request, state: 'expired' };
        else await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
