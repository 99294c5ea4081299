import type { CaseView, DeviceKind, Enrolled, KioskInput, KioskView, Live, Me, OfficeView, OrderPrint, PreparedCase, Words } from '../generated/wire';
import { Refused, type CallOptions, type Host } from '../host/host';
import { CODE, people } from './admins';
import { DAY_STEP_MS, endlessDay } from './boards';
import { caseView } from './cases';
import { exportSheet, exportTargets } from './exports';
import type { Strokes } from '../sign/strokes';
import { dashboard, drawnSlip, emptyDashboard } from './fixtures';
import type { PhoneSituation } from './phones';
import { visits } from './visits';

/** What the pages of the gallery are told. */
export interface Situation {
  me?: Me | null;
  office?: OfficeView;
  /** The stream speaks once and then falls silent. */
  silent?: boolean;
  /** After the office's view comes a day without end. */
  day?: boolean;
  /** Languages take their turns, as in the hall; else the page stands still. */
  turning?: boolean;
  dashboard?: 'full' | 'empty';
  visit?: keyof typeof visits | 'unknown' | 'away';
  /** Where the phone page begins; `null`: at its first page. */
  phone?: PhoneSituation | null;
  kiosk?: KioskView;
  /** What the address names. */
  place?: string;
  /** What is typed of a code, and what becomes of it. */
  typed?: string;
  enrol?: DeviceKind | 'enrolment_code_wrong';
  /** What is written on a tablet. */
  written?: Strokes;
  /** What the page's address asks for. */
  wishes?: string;
  /** The window can be made small. */
  strip?: boolean;
  /** A file that is given at once. */
  file?: File;
  /** What commands answer, by path or by method and path; a refusal is thrown, a function is asked. */
  answers?: Record<string, unknown>;
}

const BEAT_MS = 2_000;

/** A host that answers from fixtures, so that every state of every page can be looked at without an office. */
export function fixtureHost(words: (tag: string) => Promise<Words>, situation: Situation): Host {
  return {
    words,
    call: <T>(method: string, path: string, body?: unknown, options?: CallOptions) => {
      if (method === 'POST') window.dispatchEvent(new CustomEvent('gallery-command', { detail: { path, body, key: options?.key } }));
      return answer(method, path, situation, body) as Promise<T>;
    },
    page: async (path) => {
      if (path.endsWith('slip.png')) return { picture: await slip(), pages: 1 };
      // One page for each form of the case.
      const found = (await answer('GET', path.replace(/\/paper\/.*/, path.startsWith('/api/prepared/') ? '' : '/case'), situation)) as CaseView | PreparedCase;
      return { picture: await paper(), pages: ('case' in found ? found.case : found).forms.length };
    },
    live: (onLive, onOnline) => {
      const office = situation.office;
      if (!office) return () => undefined;
      queueMicrotask(() => {
        onOnline(true);
        onLive({ kind: 'snapshot', office });
      });
      if (situation.silent) return () => undefined;
      const started = Date.now();
      if (situation.day) {
        const day = endlessDay();
        const timer = setInterval(() => { tell(onLive, day.next().value(office.at + Date.now() - started)); }, DAY_STEP_MS);
        return () => { clearInterval(timer); };
      }
      const timer = setInterval(() => {
        onLive({ kind: 'beat', seq: office.seq, at: office.at + Date.now() - started });
      }, BEAT_MS);
      return () => {
        clearInterval(timer);
      };
    },
    printPaper: () => Promise.resolve(),
    printFile: async (path) => {
      window.dispatchEvent(new CustomEvent('gallery-command', { detail: { path } }));
      return (await answer('PRINT', path, situation)) as number | null;
    },
    upload: <T>(path: string, file: Blob, options?: CallOptions) => {
      window.dispatchEvent(new CustomEvent('gallery-command', { detail: { path, bytes: file.size, key: options?.key } }));
      return answer('POST', path, situation) as Promise<T>;
    },
    keepCase: () => Promise.resolve(null),
    strip: situation.strip
      ? (small) => {
          window.dispatchEvent(new CustomEvent('gallery-strip', { detail: small }));
          return Promise.resolve();
        }
      : null,
    kiosk: situation.kiosk === undefined ? null : kiosk(situation.kiosk),
  };
}

/** Passes a message on, and counts the calls where a test can see it. */
function tell(onLive: (message: Live) => void, message: Live): void {
  const called = message.kind === 'change' && message.change.tickets.some((ticket) => ticket.state === 'called');
  const page = window as unknown as { galleryCalls?: number };
  page.galleryCalls = (page.galleryCalls ?? 0) + Number(called);
  onLive(message);
}

async function answer(method: string, path: string, situation: Situation, body?: unknown): Promise<unknown> {
  await Promise.resolve();
  if (method === 'POST' && path.endsWith('/print') && (body as OrderPrint).preview) return drawnSlip;
  if (method === 'POST' && path === '/api/devices') return CODE;
  const found = situation.answers?.[`${method} ${path}`] ?? situation.answers?.[path];
  if (found instanceof Refused) throw found;
  if (typeof found === 'function') return (found as (body: unknown) => unknown)(body);
  if (found !== undefined) return found;
  if (path === '/api/me') {
    if (situation.me) return situation.me;
    throw new Refused('not_logged_in');
  }
  if (path === '/api/people') return people;
  if (path === '/api/devices/enrol') {
    if (situation.enrol === undefined || situation.enrol === 'enrolment_code_wrong') throw new Refused('enrolment_code_wrong');
    return { name: '案内表示盤 1階', kind: situation.enrol, token: '' } satisfies Enrolled;
  }
  if (path === '/api/login') throw new Refused('wrong_password');
  if (path === '/openapi.json') return (await import('../generated/openapi.json')).default;
  if (path === '/api/office') return situation.office;
  if (path.startsWith('/api/dashboard')) return situation.dashboard === 'empty' ? emptyDashboard : dashboard;
  if (path.endsWith('/case')) return caseView;
  if (path.startsWith('/api/visit/')) {
    if (situation.visit === 'away') throw new Refused('hub_away');
    if (situation.visit === undefined || situation.visit === 'unknown') throw new Refused('not_found');
    return visits[situation.visit];
  }
  if (path === '/api/exports') return exportTargets;
  if (/\/exports\/\w+$/.test(path)) return exportSheet;
  if (method === 'PRINT') return null;
  if (path.endsWith('/next')) throw new Refused('nobody_waiting');
  return {};
}

/** Inputs go where a test can see them, and come to nothing. */
function kiosk(view: KioskView): Host['kiosk'] {
  return {
    view: () => Promise.resolve(view),
    input: (input: KioskInput) => {
      window.dispatchEvent(new CustomEvent('gallery-input', { detail: input }));
      return Promise.resolve();
    },
    subscribe: () => () => undefined,
  };
}

/** A sheet of A4 with lines on it, in place of the typeset form. */
async function paper(): Promise<Blob> {
  const canvas = new OffscreenCanvas(620, 877);
  const pen = canvas.getContext('2d');
  if (!pen) throw new Refused('internal', 'no canvas');
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, 620, 877);
  pen.fillStyle = '#1a1a1a';
  pen.font = "bold 26px 'Noto Sans JP Variable', sans-serif";
  pen.textAlign = 'center';
  pen.fillText('住民票の写し等交付請求書', 310, 80);
  pen.textAlign = 'left';
  pen.font = "18px 'Noto Sans JP Variable', sans-serif";
  pen.strokeStyle = '#555';
  caseView.forms[0]?.rows.forEach((row, index) => {
    const y = 130 + index * 56;
    pen.strokeRect(60, y, 500, 56);
    pen.strokeRect(60, y, 130, 56);
    pen.fillText(row.label.ja ?? '', 72, y + 35);
    pen.fillText(row.value, 202, y + 35, 346);
  });
  return canvas.convertToBlob();
}

/** A slip as a kiosk's printer draws it, with what everybody looks for. */
async function slip(): Promise<Blob> {
  const [width, height] = [576, 700];
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext('2d');
  if (!pen) throw new Refused('internal', 'no canvas');
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, width, height);
  pen.fillStyle = '#000';
  pen.textAlign = 'center';
  const say = (text: string, y: number, size: number) => {
    pen.font = `bold ${String(size)}px 'Noto Sans JP Variable', sans-serif`;
    pen.fillText(text, width / 2, y, width - 40);
  };
  say('みどり市役所', 60, 36);
  pen.fillRect(188, 90, 200, 60);
  pen.fillStyle = '#fff';
  say('再発行', 134, 40);
  pen.fillStyle = '#000';
  say('証明書', 210, 40);
  say('A-015', 390, 180);
  say('1階 市民課前の待合', 470, 34);
  say('2026年11月24日(火) 10:11', 530, 28);
  say('番号が呼ばれたら、案内された窓口へお越しください。', 640, 24);
  return canvas.convertToBlob();
}
