/** What a case says to a clerk: what to see to first, who sees to which line, and dates as people write them. */
import type { CaseRow, CaseView, FormView, LineState, LineView, OfficeView, TicketView } from '../generated/wire';
import { ERAS, fromIso, toIso, type EraId } from '../parts/wareki';
import type { Text } from '../words/words.svelte';

/** Lines of a plan that one department sees to. */
export interface Group {
  key: string;
  /** Absent where nothing has to be done. */
  department: Text | undefined;
  place: Text | undefined;
  service: string | undefined;
  lines: LineView[];
}

/** The lines by who sees to them, in the order of the plan; first what is seen to here, last what happens by itself. */
export function groupsOf(lines: readonly LineView[], here?: string): Group[] {
  const groups = new Map<string, Group>();
  for (const line of lines) {
    const byItself = line.kind === 'automatic';
    const key = byItself ? 'automatic' : `${line.service ?? ''} ${line.department.ja ?? ''} ${line.place?.ja ?? ''}`;
    const group = groups.get(key) ?? {
      key,
      department: byItself ? undefined : line.department,
      place: byItself ? undefined : line.place,
      service: byItself ? undefined : line.service,
      lines: [],
    };
    group.lines.push(line);
    groups.set(key, group);
  }
  const all = [...groups.values()];
  const isHere = (group: Group) => here !== undefined && group.service === here;
  return [...all.filter(isHere), ...all.filter((group) => !isHere(group))];
}

/** What pressing a state does to a line: it is set, or taken back where it stood already. */
export const pressed = (line: LineView, state: LineState): LineState => (line.state === state ? 'open' : state);

/** How many lines of a plan nobody has said anything about. What happens by itself keeps nobody waiting. */
export const openLines = (lines: readonly LineView[]): number => lines.filter((line) => line.state === 'open' && line.kind !== 'automatic').length;

/** How many lines that are filed here nobody has prepared or settled. */
export const unprepared = (lines: readonly LineView[]): number => lines.filter((line) => line.kind === 'procedure' && line.state === 'open' && !line.prepared).length;

/** Something that a clerk sees to first. */
export type Attention =
  | { kind: 'confirm'; line: LineView }
  | { kind: 'overdue'; line: LineView }
  | { kind: 'missing'; form: FormView; row: CaseRow }
  | { kind: 'unsigned'; form: FormView };

/** Where the signature of a form that is signed on a tablet stands; nothing where it is signed on paper or not at all. */
export function signatureOf({ mode, given, voided = [] }: FormView['signature']): 'given' | 'voided' | 'open' | null {
  if (given !== undefined) return 'given';
  if (voided.length > 0) return 'voided';
  return mode === 'tablet' ? 'open' : null;
}

/**
 * What stands on top: lines to be confirmed or too late that nobody has settled, required fields that are empty and can be filled in
 * here, and signatures that no longer hold. What another counter's form lacks is asked there.
 */
export function attentionOf(found: CaseView): Attention[] {
  const lines = (found.plan?.lines ?? []).filter((line) => line.state === 'open');
  const forms = found.forms.filter((form) => form.editable);
  return [
    ...lines.filter((line) => line.certainty === 'to_confirm').map((line) => ({ kind: 'confirm', line }) as const),
    ...lines.filter((line) => line.overdue && line.certainty === 'due').map((line) => ({ kind: 'overdue', line }) as const),
    ...forms.flatMap((form) => form.rows.filter((row) => row.missing).map((row) => ({ kind: 'missing', form, row }) as const)),
    ...forms.filter((form) => signatureOf(form.signature) === 'voided').map((form) => ({ kind: 'unsigned', form }) as const),
  ];
}

/** Where `value` says something else than `card`: what stands before it, the other part, what stands after it. */
export function differing(value: string, card: string): [before: string, other: string, after: string] {
  const here = [...value];
  const there = [...card];
  let start = 0;
  while (start < here.length && start < there.length && here[start] === there[start]) start += 1;
  let end = 0;
  while (end < here.length - start && end < there.length - start && here[here.length - 1 - end] === there[there.length - 1 - end]) end += 1;
  const last = here.length - end;
  return [here.slice(0, start).join(''), here.slice(start, last).join(''), here.slice(last).join('')];
}

const LETTERS: Record<string, EraId> = { m: 'meiji', t: 'taisho', s: 'showa', h: 'heisei', r: 'reiwa' };
const NAMES: Record<string, EraId> = { 明治: 'meiji', 大正: 'taisho', 昭和: 'showa', 平成: 'heisei', 令和: 'reiwa' };

/** 昭和29年, S29.5, 1954, 1954年5月, 19540000: a birth date of which nobody knows the day or the month (不詳). */
function incompleteOfTyping(text: string): string | null {
  const bare = text.replace(/[（(]?(?:月日|日)不詳[)）]?$/, '');
  const era = /^(明治|大正|昭和|平成|令和|[mtshrMTSHR])(\d{1,2}|元)(?:年|(?=[./-]|$))(?:[./-]?(\d{1,2})月?)?$/.exec(bare);
  const plain = /^(\d{4})(?:年?|[年./-](\d{1,2})月?)$/.exec(bare) ?? /^(\d{4})(\d{2})00$/.exec(bare);
  const name = era?.[1] ?? '';
  const id = NAMES[name] ?? LETTERS[name.toLowerCase()];
  const year = era && id ? toIso({ era: id, year: era[2] === '元' ? 1 : Number(era[2]), month: 1, day: 1 }).slice(0, 4) : plain?.[1];
  if (year === undefined) return null;
  const month = Number(era?.[3] ?? plain?.[2] ?? 0);
  if (month > 12) return null;
  const days = month === 0 ? [`${year}-01-01`, `${year}-12-31`] : [1, 28].map((day) => `${year}-${two(month)}-${two(day)}`);
  const within = days.some((day) => fromIso(day) !== null && (id === undefined || fromIso(day)?.era === id));
  if (!within) return null;
  return month === 0 ? year : `${year}-${two(month)}`;
}

const two = (value: number) => String(value).padStart(2, '0');

/**
 * A day as clerks type it: 昭和55年2月17日, S55.2.17, 2026-11-24, 20261124; and what is known of a birth date. Nothing for what is no such day,
 * or lies outside its era: the form then says what is wrong with it.
 */
export function dayOfTyping(typed: string): string | null {
  const text = typed.normalize('NFKC').replace(/\s/g, '');
  const era = /^(明治|大正|昭和|平成|令和|[mtshrMTSHR])(\d{1,2}|元)[年./-](\d{1,2})[月./-](\d{1,2})日?$/.exec(text);
  if (era) {
    const [, name = '', year = '', month, day] = era;
    const id = NAMES[name] ?? LETTERS[name.toLowerCase()] ?? 'reiwa';
    const iso = toIso({ era: id, year: year === '元' ? 1 : Number(year), month: Number(month), day: Number(day) });
    return fromIso(iso)?.era === id ? iso : null;
  }
  const plain = /^(\d{4})(?:[年./-](\d{1,2})[月./-](\d{1,2})日?|(\d{2})(\d{2}))$/.exec(text);
  const incomplete = incompleteOfTyping(text);
  if (!plain || incomplete !== null) return incomplete;
  const [, year = '', month = plain[4], day = plain[5]] = plain;
  const iso = `${year}-${String(Number(month)).padStart(2, '0')}-${String(Number(day)).padStart(2, '0')}`;
  return fromIso(iso) === null ? null : iso;
}

/** 昭和55年2月17日, to type over; what is no day stays as it is. The pages' words name eras in other languages. */
export function typingOfDay(iso: string): string {
  const [, yearOnly, monthOnly] = /^(\d{4})(?:-(\d{2}))?$/.exec(iso) ?? [];
  // Where an era changed in that time, the later one: it is read as the same year.
  const date = yearOnly === undefined ? fromIso(iso) : fromIso(`${yearOnly}-${monthOnly ?? '12'}-28`);
  if (date === null) return iso;
  const name = Object.keys(NAMES)[ERAS.findIndex((era) => era.id === date.era)] ?? '';
  const year = `${name}${date.year === 1 ? '元' : String(date.year)}年`;
  if (yearOnly !== undefined) return monthOnly === undefined ? year : `${year}${String(date.month)}月`;
  return `${year}${String(date.month)}月${String(date.day)}日`;
}

/** The number of the ticket's stop at which a service is, from 1; nothing where the ticket does not lead there. */
export function stopOf(ticket: Pick<TicketView, 'service' | 'then'>, service: string | undefined): number | null {
  if (service === undefined) return null;
  const index = [ticket.service, ...(ticket.then ?? [])].indexOf(service);
  return index === -1 ? null : index + 1;
}

/** The name of a service as the office has it. */
export const serviceName = (office: OfficeView, id: string): Text => office.services.find((one) => one.id === id)?.name ?? { ja: id };
