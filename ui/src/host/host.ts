import type { KioskInput, KioskView, Live, Problem, Words } from '../generated/wire';

export type Method = 'GET' | 'POST';

/** A page of a paper, as a picture. */
export interface Page {
  picture: Blob;
  /** How many pages the paper has, where the host can tell. */
  pages: number | null;
}

export interface CallOptions {
  /** One key per press: the same press tried again carries the same key and gets the same answer. */
  key?: string;
}

/** The citizen's side of a kiosk. Only the desktop app has it: PIN digits and card data never pass HTTP. */
export interface KioskPort {
  view(): Promise<KioskView>;
  input(input: KioskInput): Promise<void>;
  /** Calls back with every new view; returns how to stop. */
  subscribe(onView: (view: KioskView) => void): () => void;
}

/**
 * Everything a page may ask of the program around it. A page asks what a host can do, never which host
 * it is: `kiosk` and `strip` are there or they are not.
 */
export interface Host {
  /** The texts of a language: all, or those whose key begins with one of the families of `of`. */
  words(tag: string, of?: readonly string[]): Promise<Words>;
  /** Gives the parsed answer or throws a {@link Refused}. */
  call<T>(method: Method, path: string, body?: unknown, options?: CallOptions): Promise<T>;
  /** Gives the picture of one page or throws a {@link Refused}. */
  page(path: string): Promise<Page>;
  /** Messages of the live stream, from `after` on where it can be resumed; returns how to stop. */
  live(onLive: (message: Live) => void, onOnline: (online: boolean) => void): () => void;
  /** Puts a ticket's forms on paper. */
  printPaper(ticket: string): Promise<void>;
  /** Puts a file of the hub on paper; tells how many visits are in it, where the host can tell and it is one of a day's. */
  printFile(path: string): Promise<number | null>;
  /** Sends a file as it lies there, and gives the parsed answer or throws a {@link Refused}. */
  upload<T>(path: string, file: Blob, options?: CallOptions): Promise<T>;
  /** Keeps a ticket's case as PDF/A for the city's document system; tells where it lies, where the host knows. */
  keepCase(ticket: string, number: string): Promise<string | null>;
  readonly kiosk: KioskPort | null;
  /** Makes the window a small strip that stays on top, or large again. A browser's window cannot do that. */
  readonly strip: ((small: boolean) => Promise<void>) | null;
}

/** A refusal of the hub, or `hub_away` where nothing answered. Pages choose their sentence by `code`. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: Problem['code'] | 'hub_away';
  readonly detail: string | undefined;

  constructor(code: Problem['code'] | 'hub_away', detail?: string) {
    super(detail === undefined ? code : `${code}: ${detail}`);
    this.code = code;
    this.detail = detail;
  }
}

/** Reads a refusal's body; whatever is no problem document counts as a failure of the hub. */
export function refusedBy(status: number, body: unknown): Refused {
  if (body !== null && typeof body === 'object' && 'code' in body && typeof body.code === 'string') {
    const problem = body as Problem;
    return new Refused(problem.code, problem.detail);
  }
  return new Refused(status === 503 ? 'unavailable' : 'internal', `HTTP ${String(status)}`);
}

/** A new key for one press. `randomUUID` needs a secure context, which plain HTTP in an office is not. */
export function pressKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte, index) => {
    if (index === 6) byte = (byte & 0x0f) | 0x40;
    if (index === 8) byte = (byte & 0x3f) | 0x80;
    return byte.toString(16).padStart(2, '0');
  }).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Opens the host around this page: the desktop app where it is there, else the hub that served it. */
export async function openHost(): Promise<Host> {
  if ('__TAURI_INTERNALS__' in window) return (await import('./tauri')).tauriHost();
  return (await import('./http')).httpHost();
}
