import type { SheetToSign, TabletView } from '../generated/wire';
import { pressKey, Refused, type Host } from '../host/host';
import { signature, type Strokes } from './strokes';

/** What the tablet is doing. */
export type Phase = 'starting' | 'idle' | 'sheet' | 'thanks' | 'paper' | 'over' | 'away' | 'refused' | 'outside';

/** How long a word stands before the tablet is idle again. */
const WORD_MS = 6_000;
const RETRY_MS = 1_500;
/** Between an answer and the next question, so that two pages of one tablet do not drive each other. */
const REST_MS = 250;

/**
 * The tablet of a counter: it asks the hub what to show, again and again, and shows nothing for a moment longer than the hub says.
 * What somebody wrote leaves the page with the form.
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
    const request = this.#request;
    if (request === null || this.busy) return;
    this.busy = true;
    this.trouble = '';
    try {
      // The same press tried again carries the same key: what was signed is signed once.
      await this.#host.call('POST', `/api/sign/${request}`, signature(this.strokes), { key: this.#key });
      this.#end('thanks');
    } catch (error) {
      const code = error instanceof Refused ? error.code : 'internal';
      if (code === 'signature_empty') this.trouble = 'empty';
      else if (code === 'signature_over' || code === 'case_gone' || code === 'not_found') this.#end('over');
      else this.trouble = 'away';
    } finally {
      this.busy = false;
    }
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
    if (view.request === undefined) {
      // It was taken away; whoever signs it at this moment is told by the answer to that.
      if (this.#request !== null && !this.busy) this.#end('over');
      else if (this.phase === 'starting' || this.phase === 'away' || this.phase === 'refused') this.phase = 'idle';
      return;
    }
    if (view.sheet === undefined || view.request === this.#request) {
      if (this.phase === 'away' && this.sheet !== null) this.phase = 'sheet';
      return;
    }
    clearTimeout(this.#word);
    this.#forget();
    this.#request = view.request;
    this.#key = pressKey();
    this.sheet = view.sheet;
    this.phase = 'sheet';
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
    this.#request = null;
    this.sheet = null;
    this.strokes = [];
    this.trouble = '';
  }
}
