import type { Live, OfficeView, Words } from '../generated/wire';
import { Refused, refusedBy, type CallOptions, type Host, type Method } from './host';
import { handOver, printDocument } from './print';

const ANSWER_MS_MAX = 8_000;
/** A paper is typeset while somebody waits; the desktop app gives it as long. */
const PAPER_MS_MAX = 20_000;
/** The papers of a whole day, a list of five hundred rows, or a file for another system, which may hold a whole day's cases. */
const LONG_ANSWER_MS_MAX = 180_000;
const HANDS_OVER = /^\/api\/(tickets\/[^/]+\/)?exports\//;
const SILENCE_MS_MAX = 5_000;
const RECONNECT_MS = 1_000;
const ATTEMPTS_MAX = 3;

/** The host in a browser: the hub that served this page, over HTTP and server-sent events. */
export function httpHost(): Host {
  return {
    kiosk: null,
    strip: null,
    words: (tag, of) => call<Words>('GET', `/api/words/${encodeURIComponent(tag)}${of === undefined ? '' : `?of=${of.join(',')}`}`),
    call,
    page: async (path) => {
      const answer = await send('GET', path, undefined, {}, PAPER_MS_MAX);
      const pages = Number(answer.headers.get('X-Pages') ?? '0');
      return { picture: await answer.blob(), pages: pages > 0 ? pages : null };
    },
    live,
    printPaper: async (ticket) => {
      const pdf = await (await send('GET', `/api/tickets/${ticket}/paper.pdf`)).blob();
      printDocument(pdf);
    },
    printFile: async (path) => {
      const answer = await send('GET', path, undefined, {}, LONG_ANSWER_MS_MAX);
      const visits = answer.headers.get('X-Visits');
      printDocument(await answer.blob());
      return visits === null ? null : Number(visits);
    },
    upload: async <T>(path: string, file: Blob, options: CallOptions = {}) => {
      const answer = await send('POST', path, file, options, LONG_ANSWER_MS_MAX);
      return (await answer.json()) as T;
    },
    keepCase: async (ticket, number) => {
      const pdf = await (await send('GET', `/api/tickets/${ticket}/archive.pdf`)).blob();
      handOver(pdf, `case-${number}.pdf`);
      return null;
    },
  };
}

async function call<T>(method: Method, path: string, body?: unknown, options: CallOptions = {}): Promise<T> {
  const answer = await send(method, path, body, options, HANDS_OVER.test(path) ? LONG_ANSWER_MS_MAX : ANSWER_MS_MAX);
  if (answer.status === 204) return undefined as T;
  return (await answer.json()) as T;
}

/**
 * Sends one request. A read, or a command with a key, is tried again when nothing answered:
 * the hub gives the same answer to the same key, so a retry can never act twice.
 */
async function send(method: Method, path: string, body?: unknown, options: CallOptions = {}, ms_max = ANSWER_MS_MAX): Promise<Response> {
  const headers = new Headers({ Accept: 'application/json' });
  if (body !== undefined) headers.set('Content-Type', body instanceof Blob ? 'text/csv' : 'application/json');
  if (options.key !== undefined) headers.set('Idempotency-Key', options.key);
  const mayRepeat = method === 'GET' || options.key !== undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await fetch(path, {
        method,
        headers,
        body: body === undefined || body instanceof Blob ? body : JSON.stringify(body),
        credentials: 'same-origin',
        cache: 'no-store',
        signal: AbortSignal.timeout(ms_max),
      });
      if (answer.ok) return answer;
      throw refusedBy(answer.status, await answer.json().catch(() => null));
    } catch (error) {
      if (error instanceof Refused) throw error;
      if (!mayRepeat || attempt >= ATTEMPTS_MAX) throw new Refused('hub_away', String(error));
      await new Promise((resolve) => setTimeout(resolve, 300 * attempt));
    }
  }
}

/**
 * Listens to the live stream; opens it again after an error or a silence, from the last event it has seen.
 * The first picture comes as `/api/office`, which is compressed, and the stream goes on from there.
 */
function live(onLive: (message: Live) => void, onOnline: (online: boolean) => void): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let after: string | null = null;
  let stopped = false;

  const reconnect = () => {
    source?.close();
    source = null;
    if (stopped) return;
    onOnline(false);
    clearTimeout(timer);
    timer = setTimeout(() => void begin(), RECONNECT_MS);
  };
  const expectMore = () => {
    clearTimeout(timer);
    timer = setTimeout(reconnect, SILENCE_MS_MAX);
  };
  const begin = async () => {
    try {
      if (after === null) {
        const office = await call<OfficeView>('GET', '/api/office');
        if (stopped) return;
        after = String(office.seq);
        onLive({ kind: 'snapshot', office });
      }
      follow(after);
    } catch {
      reconnect();
    }
  };
  const follow = (from: string) => {
    source = new EventSource(`/api/live?after=${from}`);
    source.onmessage = (event: MessageEvent<string>) => {
      expectMore();
      if (event.lastEventId !== '') after = event.lastEventId;
      onOnline(true);
      onLive(JSON.parse(event.data) as Live);
    };
    source.onerror = reconnect;
    expectMore();
  };

  void begin();
  return () => {
    stopped = true;
    clearTimeout(timer);
    source?.close();
  };
}
