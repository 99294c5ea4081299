import type { CaseView, FormChoice, ImportReport, ImportUndone, LineView, PlanChoice, PreparedCase, PreparedDay, PreparedView } from '../generated/wire';
import { Refused } from '../host/host';
import { caseDesk, casePlan, caseView } from './cases';
import { me, NOW, office, officeWith } from './fixtures';
import type { Situation } from './host';

/** Visits that have not taken place. Every family and every application is made up. */
const both = (ja: string, en: string) => ({ ja, en });
const TODAY = '2026-11-24';
const NEXT = '2026-11-25';
const at = (time: string, day = NEXT) => Date.parse(`${day}T${time}:00+09:00`);
const death = both('ご家族が亡くなられたとき', 'After a death in the family');
const move = both('引っ越してきたとき', 'Moving in');

const booked = (number: string, start: string, end: string, state: PreparedView['state'], more: Partial<PreparedView> = {}): PreparedView => ({
  id: `019b0000-0000-7000-8000-${start.replace(':', '').padStart(12, '0')}`,
  origin: { kind: 'booking', number, summary: 'おくやみ', start: at(start), end: at(end) },
  day: NEXT,
  service: 'family',
  life_event: 'bereavement',
  name: death,
  state,
  progress: { prepared: 0, lines: 0 },
  touched: state !== 'not_begun',
  worked: state === 'not_begun' ? undefined : { by: 'tanaka', at: NOW - 3_600_000 },
  ...more,
});
const announced = (application: string, person: string, state: PreparedView['state'], more: Partial<PreparedView> = {}): PreparedView => ({
  id: `019b0000-0000-7000-8000-${application.slice(-12)}`,
  origin: { kind: 'announced', application, person },
  day: NEXT,
  service: 'moving',
  life_event: 'moving',
  name: move,
  state,
  progress: { prepared: 0, lines: 3 },
  touched: false,
  ...more,
});

const open = booked('M4TR-82KD', '09:30', '10:30', 'open', { progress: { prepared: 2, lines: 6 } });
const ready = booked('Q7WX-31HF', '11:00', '12:00', 'ready', { progress: { prepared: 9, lines: 9 } });
const fresh = booked('C2PN-64ZV', '13:00', '14:00', 'not_begun', { id: undefined });
const cancelled = booked('X9LB-17SG', '14:00', '15:00', 'cancelled', { progress: { prepared: 1, lines: 7 } });
const moving = announced('20261118004711', '架空 次郎', 'open', { progress: { prepared: 0, lines: 3 } });
const others = Array.from({ length: 9 }, (_, index) => announced(String(20261118004712 + index), `架空 ${'一二三四五六七八九'[index] ?? ''}子`, index % 4 === 0 ? 'ready' : 'open', { progress: { prepared: index % 4 === 0 ? 3 : index % 3, lines: 3 }, touched: true, worked: { by: 'suzuki', at: NOW - 17 * 3_600_000 } }));
const arrived = booked('K3TN-52RM', '09:30', '10:30', 'attached', { day: TODAY, ticket: office.tickets.find((one) => one.number === 'B-006')?.id, number: 'B-006', progress: { prepared: 8, lines: 8 } });
const later = booked('T6DJ-77EB', '10:30', '11:30', 'ready', { day: TODAY, progress: { prepared: 5, lines: 5 } });
const erased = booked('W2FS-19LN', '13:00', '14:00', 'gone', { day: TODAY });

const dayOf = (day: string, visits: PreparedView[], more: Partial<PreparedDay> = {}): PreparedDay => ({ day, today: TODAY, next: NEXT, visits, left_off: 0, imports: true, bookings_as_of: { at: NOW - 60_000, ok: true }, ...more });
const tomorrow = dayOf(NEXT, [open, ready, fresh, cancelled, moving, ...others]);
const today = dayOf(TODAY, [arrived, later, erased]);

const choice = (procedure: string, ja: string, en: string, more: Partial<FormChoice> = {}): FormChoice => ({ procedure, name: both(ja, en), ...more });
const choices: FormChoice[] = [
  choice('sosaihi', '葬祭費支給申請書', 'Funeral benefit', { of_plan: true }),
  choice('jido_teate', '児童手当 認定請求書', 'Child allowance', { of_plan: true }),
  choice('juminhyo', '住民票の写し等交付請求', 'Certificate of residence'),
  choice('inkan_shomei', '印鑑登録証明書交付申請', 'Seal registration certificate'),
  choice('suido', '水道使用者の変更届', 'Water supply'),
];
const events: PlanChoice[] = [
  { life_event: 'bereavement', name: death },
  { life_event: 'birth', name: both('赤ちゃんが生まれたとき', 'When a child is born') },
  { life_event: 'moving', name: move },
];
const byDepartment = (line: LineView, index: number): LineView => (index === 0 || index === 2 ? { ...line, prepared: { by: index === 0 ? 'tanaka' : 'sato', at: NOW - 90 * 60_000 } } : index === 5 ? { ...line, state: 'not_needed', by: 'suzuki', at: NOW - 80 * 60_000 } : line);
const family: CaseView = {
  ...casePlan,
  card: undefined,
  forms: casePlan.forms.slice(0, 2),
  plan: casePlan.plan && { ...casePlan.plan, lines: casePlan.plan.lines.map(byDepartment) },
  forms_to_add: choices,
};
const none = { names: 0, addresses: 0 };
/** Nobody has answered anything yet. */
const unasked: CaseView = {
  ...family,
  forms: [],
  spared: none,
  plan: family.plan && { ...family.plan, answers: family.plan.answers.map((one) => ({ ...one, value: '', raw: '', missing: true })), lines: family.plan.lines.slice(0, 4).map((line) => ({ ...line, state: 'open', certainty: 'to_confirm', prepared: undefined, overdue: false })) },
};
/** What a clerk begins by asking. */
const blank: CaseView = { revision: 0, finished_at: NOW, forms: [], spared: none, forms_to_add: choices.map((one) => ({ ...one, of_plan: undefined })), plans_to_add: events };
const caseOf = (visit: PreparedView, found: CaseView): PreparedCase => ({ visit, case: found });

/** A hub that keeps what is prepared, for the gallery's visitors. */
function visitDesk(visit: PreparedView, found: CaseView): (body: unknown) => PreparedCase {
  const change = preparing(found);
  return (body) => {
    const now = change(body);
    const lines = now.plan?.lines.filter((line) => line.kind === 'procedure' && line.state !== 'not_needed') ?? [];
    const prepared = lines.filter((line) => line.prepared || line.state !== 'open').length;
    return caseOf({ ...visit, progress: { prepared, lines: lines.length }, state: prepared === lines.length ? 'ready' : 'open' }, now);
  };
}
/** Forms come and go, and lines are prepared. */
function preparing(found: CaseView): (body: unknown) => CaseView {
  let now = found;
  return (body) => {
    const { change } = body as { change: { kind: string; procedure?: string; rule?: string; prepared?: boolean; life_event?: string } };
    const revision = now.revision + 1;
    const first = caseView.forms[0];
    if (change.kind === 'prepared' && now.plan) {
      const lines = now.plan.lines.map((line) => (line.rule === change.rule ? { ...line, prepared: change.prepared ? { by: 'tanaka', at: NOW } : undefined } : line));
      now = { ...now, revision, plan: { ...now.plan, lines } };
    } else if (change.kind === 'remove_form') {
      const gone = now.forms.find((form) => form.procedure === change.procedure);
      now = { ...now, revision, forms: now.forms.filter((form) => form !== gone), forms_to_add: [...(gone ? [{ procedure: gone.procedure, name: gone.name, removed: true }] : []), ...now.forms_to_add ?? []] };
    } else if (change.kind === 'add_form' && first) {
      const added = now.forms_to_add?.find((form) => form.procedure === change.procedure);
      now = { ...now, revision, forms: [...now.forms, { ...first, procedure: change.procedure ?? '', name: added?.name ?? first.name }], forms_to_add: now.forms_to_add?.filter((form) => form !== added) };
    } else if (change.kind === 'add_plan') now = { ...now, revision, plan: family.plan, plans_to_add: [] };
    else if (change.kind === 'remove_plan') now = { ...now, revision, plan: undefined, plans_to_add: events };
    else now = caseDesk(now)(body);
    return now;
  };
}

const report: ImportReport = { dry_run: true, rows: 14, new: 9, updated: 2, unchanged: 1, left_alone: 2, refused: 1, lines: [
  { row: 4, column: 'C', header: '来庁予定日', why: 'day_over' },
  { row: 9, why: 'touched' },
  { row: 12, why: 'touched_moved' },
], days: [{ day: NEXT, visits: 10 }, { day: '2026-11-26', visits: 3 }] };
const undone: ImportUndone = { erased: 11, left_alone: 1, absent: 1 };
const base = { 'GET /api/prepared/days/next': tomorrow, [`GET /api/prepared/days/${NEXT}`]: tomorrow, [`GET /api/prepared/days/${TODAY}`]: today, 'GET /api/prepared/days/2026-11-26': dayOf('2026-11-26', []), 'POST /api/prepared/import?dry_run': report, 'POST /api/prepared/import': { ...report, dry_run: false }, 'POST /api/prepared/import/undo': undone };
const visitOf = (visit: PreparedView, found: unknown, changed?: unknown) => ({
  ...base,
  [`GET /api/prepared/${visit.id ?? ''}`]: found instanceof Refused ? found : caseOf(visit, found as CaseView),
  [`POST /api/prepared/${visit.id ?? ''}`]: changed ?? (found instanceof Refused ? found : visitDesk(visit, found as CaseView)),
});
const keyOf = (visit: PreparedView) => (visit.origin.kind === 'booking' ? `booking ${visit.origin.number}` : `announced ${visit.origin.application}`);
const place = (visit: PreparedView, answers: Record<string, unknown>, view = officeWith('serving')): Situation => ({ me, office: { ...view, at: NOW }, wishes: `prepare&day=${visit.day}&visit=${encodeURIComponent(keyOf(visit))}`, answers });

const called = office.tickets.find((one) => one.number === 'A-012');
const ticket = called?.id ?? '';
const path = `/api/tickets/${ticket}/case`;
/** The number at the counter brought nothing. */
const without = { ...officeWith('serving'), at: NOW };
const bare = { ...without, tickets: without.tickets.map((one) => (one.id === ticket ? { ...one, has_case: false } : one)) };

/** 来庁の準備 in every state that looks different, and what it leads to at the counter. */
export const prepared: Record<string, Situation> = {
  prepare: { me, office: { ...office, at: NOW }, wishes: 'prepare', answers: base },
  prepare_today: { me, office: { ...office, at: NOW }, wishes: `prepare&day=${TODAY}`, answers: base },
  prepare_none: { me, office: { ...office, at: NOW }, wishes: 'prepare&day=2026-11-26', answers: base },
  prepare_old: { me, office: { ...office, at: NOW }, wishes: 'prepare', answers: { ...base, 'GET /api/prepared/days/next': { ...tomorrow, visits: tomorrow.visits.slice(0, 3), left_off: 12, bookings_as_of: { at: NOW - 3_600_000, ok: false } } } },
  prepare_away: { me, office: { ...office, at: NOW }, wishes: 'prepare', answers: { 'GET /api/prepared/days/next': new Refused('unavailable') } },
  prepare_visit: place(open, visitOf(open, family)),
  prepare_ready: place(ready, visitOf(ready, { ...family, plan: family.plan && { ...family.plan, lines: family.plan.lines.map((line) => ({ ...line, certainty: 'due', overdue: false, state: 'open', prepared: { by: 'sato', at: NOW } })) } })),
  prepare_unasked: place(open, visitOf(open, unasked)),
  prepare_changed: place(open, visitOf(open, family, new Refused('case_changed'))),
  prepare_begin: place(fresh, { ...base, 'POST /api/prepared': caseOf({ ...fresh, id: open.id, state: 'open' }, unasked) }),
  prepare_announced: place(moving, visitOf(moving, { ...family, plan: undefined, forms: family.forms.slice(0, 1), plans_to_add: events })),
  prepare_cancelled: place(cancelled, { ...visitOf(cancelled, family), [`/api/prepared/${cancelled.id ?? ''}/erase`]: { ...cancelled, state: 'gone' } }),
  prepare_attach: place(later, { ...visitOf(later, family), [`/api/prepared/${later.id ?? ''}/attach`]: { ...later, state: 'attached', ticket, number: 'A-012' } }),
  prepare_attach_other_day: place(moving, visitOf(moving, { ...family, plan: undefined, forms: family.forms.slice(0, 1) })),
  prepare_attach_refused: place(later, { ...visitOf(later, family), [`/api/prepared/${later.id ?? ''}/attach`]: new Refused('prepared_attached') }),
  prepare_attached: place(arrived, visitOf(arrived, family)),
  prepare_gone: place(erased, base),
  serving_prepared: { me, office: without, answers: { [`GET ${path}`]: { ...family, prepared: later.id }, [`POST ${path}`]: preparing({ ...family, prepared: later.id }), [`/api/prepared/${later.id ?? ''}/detach`]: later } },
  serving_without: { me, office: bare, answers: { ...base, [`POST ${path}/start`]: blank, [`GET ${path}`]: blank, [`POST ${path}`]: preparing(blank), [`/api/prepared/${later.id ?? ''}/attach`]: { ...later, state: 'attached', ticket, number: 'A-012' } } },
  serving_asking: { me, office: without, answers: { [`GET ${path}`]: blank, [`POST ${path}`]: preparing(blank) } },
};

const many: ImportReport = { ...report, rows: 500, new: 180, updated: 20, unchanged: 0, left_alone: 30, refused: 270, lines: Array.from({ length: 200 }, (_, index) => ({ row: index + 2, column: index % 3 === 0 ? 'H' : undefined, header: index % 3 === 0 ? '新しい住所' : undefined, why: index % 3 === 0 ? ('answer_refused' as const) : ('cells' as const), refusal: index % 3 === 0 ? 'too_long' : undefined })) };
const importing = (tried: unknown, taken: unknown = { ...report, dry_run: false }): Situation => ({ office, answers: { 'POST /api/prepared/import?dry_run': tried, 'POST /api/prepared/import': taken, 'POST /api/prepared/import/undo': undone } });

/** A list on its way in, as far as it is without a press. */
export const imports: Record<string, Situation> = {
  choose: importing(report),
  tried: { ...importing(report), file: new File(['a'], '来庁予定_20261125.csv') },
  clean: { ...importing({ ...report, left_alone: 0, refused: 0, lines: [] }, { ...report, dry_run: false, left_alone: 0, refused: 0, lines: [] }), file: new File(['a'], '来庁予定_20261125.csv') },
  nothing: { ...importing({ ...report, new: 0, updated: 0, unchanged: 12 }), file: new File(['a'], '来庁予定_20261125.csv') },
  many: { ...importing(many), file: new File(['a'], '来庁予定_20261125.csv') },
  refused: { ...importing({ ...report, rows: 0, new: 0, updated: 0, unchanged: 0, left_alone: 0, refused: 0, lines: [], days: [], file: { column: 'F', header: '個人番号', why: 'individual_number' } }), file: new File(['a'], '来庁予定_20261125.csv') },
  no_csv: { ...importing(report), file: new File(['a'], '来庁予定.xlsx') },
  away: { ...importing(new Refused('hub_away')), file: new File(['a'], '来庁予定_20261125.csv') },
};
