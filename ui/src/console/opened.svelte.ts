import type { CaseChange, CaseView, ChangeCase } from '../generated/wire';
import { pressKey, Refused } from '../host/host';
import type { Session } from '../session.svelte';
import { sentenceOf } from '../words/refusal';

/** So long is a case taken for what the hub has, while nobody changes it here. */
const STANDS_MS = 30_000;

/**
 * The case of one ticket on a clerk's screen. Changes go one after the other, each from the revision that stood there; where another
 * counter was faster, the newest case is read, that is said, and nothing of ours is laid over it.
 */
export class OpenedCase {
  found = $state.raw<CaseView | null>(null);
  /** Why it cannot be read. */
  trouble = $state('');
  /** It was erased for good: asking again brings nothing. */
  gone = $state(false);
  /** Why a change came to nothing. */
  notice = $state('');
  /** A change is on its way. */
  busy = $state(false);
  #readAt = 0;
  #wanted = true;
  #end: Promise<unknown> = Promise.resolve();
  #unanswered: { press: string; key: string } | null = null;
  readonly #path: string;
  readonly #session: Session;

  constructor(session: Session, ticket: string, path = `/api/tickets/${ticket}/case`) {
    this.#session = session;
    this.#path = path;
  }

  /** The case in the hub's answer. */
  protected caseIn(answer: unknown): CaseView {
    return answer as CaseView;
  }

  /** Reads it again if it has stood for a while: every reading is written down, so not at every glance. */
  async refresh(): Promise<void> {
    if (Date.now() - this.#readAt > STANDS_MS) await this.read();
  }

  async read(): Promise<void> {
    this.#readAt = Date.now();
    try {
      const answer = await this.#session.call<unknown>('GET', this.#path);
      if (!this.#wanted) return;
      this.found = this.caseIn(answer);
      this.trouble = '';
      this.gone = false;
    } catch (error) {
      if (!this.#wanted) return;
      this.trouble = sentenceOf(error);
      this.gone = error instanceof Refused && error.code === 'case_gone';
      if (this.gone) this.found = null;
    }
  }

  /** Changes the case; gives why not, as a sentence, or nothing where it was changed. */
  async change(change: CaseChange): Promise<string> {
    const turn = this.#end.then(() => this.#send(change));
    this.#end = turn;
    return turn;
  }

  /** What was read of a person leaves, and nothing comes after it. */
  close(): void {
    this.#wanted = false;
    this.found = null;
  }

  async #send(change: CaseChange): Promise<string> {
    if (this.found === null) return '';
    const body: ChangeCase = { revision: this.found.revision, change };
    const press = JSON.stringify(body);
    const key = this.#unanswered?.press === press ? this.#unanswered.key : pressKey();
    this.busy = true;
    this.notice = '';
    try {
      const answer = await this.#session.call<unknown>('POST', this.#path, body, { key });
      this.#unanswered = null;
      if (this.#wanted) this.found = this.caseIn(answer);
      return '';
    } catch (error) {
      const lost = error instanceof Refused && (error.code === 'hub_away' || error.code === 'unavailable');
      this.#unanswered = lost ? { press, key } : null;
      const sentence = sentenceOf(error);
      const ofForm = error instanceof Refused && error.code === 'answer_refused';
      if (!ofForm) this.notice = sentence;
      // The field may have changed under the clerk's hands, or all of it may be erased: what stands there now comes first.
      if (error instanceof Refused && (error.code === 'case_changed' || error.code === 'case_gone')) await this.read();
      return sentence;
    } finally {
      this.busy = false;
    }
  }
}
