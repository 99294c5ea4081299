import type { SheetToSign, TabletView } from '../generated/wire';
import { pressKey, Refused, type Host } from '../host/host';
import { signature, type Strokes } from './strokes';

/** What the tablet is doing. */
export type Phase = 'starting' | 'idle' | 'sheet' | 'thanks' | 'paper' | 'over' | 'away' | 'refused' | 'outside';

/** How long a word stands before the tablet is idle again. */
const WORD_MS = 6_000;
const RETRY_MS = 1_500;
/** A form stands for so long where nothing is heard of the hub: whoever may have taken it away cannot say so. */
export const SILENCE_MS = 30_000;
/** Between an answer and the next question, so that two pages of one tablet do not drive each other. */
const REST_MS = 250;

/** A press whose answer has not come. */
interface Sent {
  request: string;
  key: string;
  strokes: Strokes;
}

/**
 * The tablet of a counter: it asks the hub what to show, again and again, and shows nothing for a moment longer than the hub says, or
 * than the hub said when it was last heard. What somebody wrote leaves the page with the form.
 */
export class Tablet {
  phase = $state<Phase>('starting');
  sheet = $state.raw<SheetToSign | null>(null);
  strokes = $state.raw<Strokes>([]);
  office = $state.raw<TabletView['office']>({});
  counter = $state.raw<TabletView['counter']>({});
  busy = $state(false);
  /** Why what was written is not taken: a key of the words. */
  trouble = $state<'' | 'empty' | 'away'>('');
  #request: string | null = null;
  #key = '';
  #open = true;
  #word: ReturnType<typeof setTimeout> | undefined;
  /** Each of them may have been taken: the same press again tells. */
  #unanswered: Sent[] = [];
  /** When the form leaves, whatever is heard: its own time, and the hub's silence. */
  #until: ReturnType<typeof setTimeout> | undefined;
  #silent: ReturnType<typeof setTimeout> | undefined;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Asks until it is closed. */
  async run(): Promise<void> {
    while (this.#open) {
      try {
        this.#take(await this.#host.call<TabletView>('GET', `/api/sign?shows=${this.#request ?? this.#nothing}`));
        await new Promise((resolve) => setTimeout(resolve, REST_MS));
      } catch (error) {
        this.#lost(error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  close(): void {
    this.#open = false;
    clearTimeout(this.#word);
    this.#forget();
  }

  async sign(): Promise<void> {
    if (this.#request === null || this.busy) return;
    // The same press tried again carries the same key: what was signed is signed once.
    await this.#send({ request: this.#request, key: this.#key, strokes: this.strokes });
  }

  async #send(sent: Sent): Promise<void> {
    this.busy = true;
    this.trouble = '';
    const others = this.#unanswered.filter((one) => one.key !== sent.key);
    this.#unanswered = [...others, sent];
    let again: Sent | undefined;
    try {
      await this.#host.call('POST', `/api/sign/${sent.request}`, signature(sent.strokes), { key: sent.key });
      this.#told(sent, 'thanks');
    } catch (error) {
      const code = error instanceof Refused ? error.code : 'internal';
      const isOver = code === 'signature_over' || code === 'case_gone' || code === 'not_found';
      if (isOver || code === 'signature_empty') this.#unanswered = this.#unanswered.filter((one) => one !== sent);
      // Over may mean: signed, by a press before this one.
      if (isOver) again = this.#unanswered.at(-1);
      if (isOver && again === undefined) this.#told(sent, 'over');
      else if (!isOver && this.#request === sent.request) this.trouble = code === 'signature_empty' ? 'empty' : 'away';
    } finally {
      this.busy = false;
    }
    if (again !== undefined) await this.#send(again);
  }

  /** What became of a press; another form may stand there by then. */
  #told(sent: Sent, word: 'thanks' | 'over'): void {
    if (this.#open && (this.#request === sent.request || this.#request === null)) this.#end(word);
  }

  async toPaper(): Promise<void> {
    const request = this.#request;
    if (request === null || this.busy) return;
    this.busy = true;
    try {
      await this.#host.call('POST', `/api/sign/${request}/paper`, {});
      this.#end('paper');
    } catch (error) {
      if (error instanceof Refused && error.code === 'signature_over') this.#end('over');
      else this.trouble = 'away';
    } finally {
      this.busy = false;
    }
  }

  write(strokes: Strokes): void {
    // Something else than what may have been sent already is another press.
    this.#key = pressKey();
    this.trouble = '';
    this.strokes = strokes;
  }

  /** What it shows where it shows no form. What has to be told first is told at once: that is no news to a tablet that is idle. */
  get #nothing(): string {
    return this.phase === 'starting' || this.phase === 'away' || this.phase === 'refused' ? '-' : '';
  }

  #take(view: TabletView): void {
    if (!this.#open) return;
    this.office = view.office;
    this.counter = view.counter;
    this.#heard();
    if (view.request === undefined) {
      // It was taken away; whoever signs it at this moment is told by the answer to that. Where that answer was lost, it is asked for again:
      // a form that was signed is not there any more either.
      if (this.#request !== null && !this.busy) {
        const sent = this.#unanswered.at(-1);
        if (sent !== undefined) void this.#send(sent);
        else this.#end('over');
      }
      else if (this.phase === 'starting' || this.phase === 'away' || this.phase === 'refused') this.phase = 'idle';
      return;
    }
    if (view.sheet !== undefined && view.request !== this.#request) {
      clearTimeout(this.#word);
      this.#forget();
      this.#request = view.request;
      this.#key = pressKey();
      this.sheet = view.sheet;
      this.phase = 'sheet';
      this.#heard();
    }
    if (view.stands_ms !== undefined && view.request === this.#request) this.#stands(view.stands_ms);
  }

  /** The hub was heard. Silence after it takes the form away. */
  #heard(): void {
    clearTimeout(this.#silent);
    if (this.#request !== null) this.#silent = setTimeout(() => { this.#leave('away'); }, SILENCE_MS);
  }

  #stands(ms: number): void {
    clearTimeout(this.#until);
    this.#until = setTimeout(() => { this.#leave('over'); }, ms);
  }

  #leave(phase: 'away' | 'over'): void {
    if (this.#request === null) return;
    if (phase === 'over') this.#end('over');
    else {
      this.#forget();
      this.phase = 'away';
    }
  }

  #lost(error: unknown): void {
    const code = error instanceof Refused ? error.code : 'internal';
    if (code === 'not_logged_in' || code === 'device_unknown') {
      this.#forget();
      this.phase = 'outside';
      this.#open = false;
    } else if (code === 'forbidden') {
      this.#forget();
      this.phase = 'refused';
    } else if (this.phase !== 'sheet') this.phase = 'away';
    else this.trouble = 'away';
  }

  #end(word: 'thanks' | 'paper' | 'over'): void {
    this.#forget();
    this.phase = word;
    clearTimeout(this.#word);
    this.#word = setTimeout(() => {
      if (this.phase === word) this.phase = 'idle';
    }, WORD_MS);
  }

  #forget(): void {
    clearTimeout(this.#until);
    clearTimeout(this.#silent);
    this.#request = null;
    this.#unanswered = [];
    this.sheet = null;
    this.strokes = [];
    this.trouble = '';
  }
}
