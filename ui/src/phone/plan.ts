/**
 * What a kiosk's code says of a plan: `#plan=1.moving.M1~14.M5~c;day=20261124`. Only rules and last days: no answer, no name, and
 * no server ever sees what stands behind `#`. The crate `forms` (`life_event::Link`) writes it; `links.tsv` holds both to the same.
 */
import type { PhonePage, PhoneRule } from '../generated/wire';
import { dayAfter } from '../live/time';

const BYTES_MAX = 1_000;
const RULES_MAX = 100;
const LAST_DAY_DAYS_MAX = 36_500;
const OPEN_BEFORE_DAYS_MAX = 31;
const ID = /^[A-Za-z0-9_-]{1,32}$/;
const LINE = /^([^~]*)(?:~(?=.)(c)?(l)?(?:(0|-?[1-9]\d{0,5})(?:x([1-9]\d?))?)?)?$/;

export interface LinkLine {
  rule: string;
  toConfirm: boolean;
  later: boolean;
  /** ISO. */
  lastDay: string | null;
  /** The last open day, where the office is closed on the last day; ISO. */
  openBy: string | null;
}

export interface Link {
  lifeEvent: string;
  /** The day on which the plan was made, ISO. */
  day: string;
  lines: LinkLine[];
}

/** What stands behind `#`, without it; `null` where it is no plan. */
export function parseLink(text: string): Link | null {
  if (text.length > BYTES_MAX) return null;
  const whole = /^plan=1\.([^;]*);day=(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (whole === null) return null;
  const [, said = '', year = '', month = '', date = ''] = whole;
  const day = `${year}-${month}-${date}`;
  if (!isDay(day)) return null;
  const [lifeEvent = '', ...parts] = said.split('.');
  if (!ID.test(lifeEvent) || parts.length === 0 || parts.length > RULES_MAX) return null;
  const lines: LinkLine[] = [];
  for (const part of parts) {
    const line = lineOf(part, day);
    if (line === null || lines.some((one) => one.rule === line.rule)) return null;
    lines.push(line);
  }
  return { lifeEvent, day, lines };
}

function lineOf(part: string, day: string): LinkLine | null {
  const marks = LINE.exec(part);
  if (marks === null) return null;
  const [, rule = '', confirm, later, days, before] = marks;
  if (!ID.test(rule)) return null;
  if (days !== undefined && Math.abs(Number(days)) > LAST_DAY_DAYS_MAX) return null;
  if (before !== undefined && Number(before) > OPEN_BEFORE_DAYS_MAX) return null;
  const lastDay = days === undefined ? null : dayAfter(day, Number(days));
  return {
    rule,
    toConfirm: confirm !== undefined,
    later: later !== undefined,
    lastDay,
    openBy: lastDay === null || before === undefined ? null : dayAfter(lastDay, -Number(before)),
  };
}

/** A day that was or will be. */
function isDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

/** One line as the page shows it. */
export interface Errand extends LinkLine {
  told: PhoneRule;
  overdue: boolean;
}

/** A counter, or somebody elsewhere. */
export interface Group {
  key: string;
  name: PhoneRule['name'];
  area: PhoneRule['name'] | undefined;
  errands: Errand[];
}

export interface Checklist {
  link: Link;
  name: PhoneRule['name'];
  counters: Group[];
  later: Group[];
  elsewhere: Group[];
  automatic: Errand[];
  /** Rules of the code that the page does not know. */
  gone: number;
}

/** The plan in the words of the page, as it is on `today` (ISO); `null` for a life event that the page does not know. */
export function checklistOf(link: Link, page: PhonePage, today: string): Checklist | null {
  const event = page.plans.find((one) => one.id === link.lifeEvent);
  if (event === undefined) return null;
  const list: Checklist = { link, name: event.name, counters: [], later: [], elsewhere: [], automatic: [], gone: 0 };
  for (const line of link.lines) {
    const told = event.rules.find((one) => one.id === line.rule);
    if (told === undefined) {
      list.gone += 1;
      continue;
    }
    const errand = { ...line, told, overdue: line.lastDay !== null && line.lastDay < today };
    const { place } = told;
    if (place.kind === 'automatic') list.automatic.push(errand);
    else if (line.later) put(list.later, told.department.ja ?? '', told.department, told.department_place, errand);
    else if (place.kind === 'counter') put(list.counters, place.service, place.name, place.area, errand);
    else put(list.elsewhere, told.department.ja ?? '', told.department, told.department_place, errand);
  }
  return list;
}

function put(groups: Group[], key: string, name: Group['name'], area: Group['area'], errand: Errand): void {
  const known = groups.find((one) => one.key === key);
  if (known === undefined) groups.push({ key, name, area, errands: [errand] });
  else known.errands.push(errand);
}

/** What can be ticked: `B2.0` is the first thing to bring for B2. */
export const ticksOf = (errand: Errand): string[] => errand.told.bring.map((_, at) => `${errand.rule}.${String(at)}`);

/** What was ticked, kept on this phone where it can be kept at all. */
export class Ticks {
  readonly #key: string;
  readonly #store: Storage | null;

  constructor(link: Link, store: () => Storage) {
    // The plan of another day is another plan.
    this.#key = `uketsuke-checklist-${link.lifeEvent}-${link.day}`;
    // Saved pages and private windows may have no store.
    try {
      this.#store = store();
      this.#store.getItem(this.#key);
    } catch {
      this.#store = null;
    }
  }

  get isKept(): boolean {
    return this.#store !== null;
  }

  read(): string[] {
    try {
      const kept: unknown = JSON.parse(this.#store?.getItem(this.#key) ?? '[]');
      return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === 'string') : [];
    } catch {
      return [];
    }
  }

  write(ticks: readonly string[]): void {
    try {
      if (ticks.length === 0) this.#store?.removeItem(this.#key);
      else this.#store?.setItem(this.#key, JSON.stringify(ticks));
    } catch {
      // A full store keeps what it has; the ticks stay on the page.
    }
  }
}
