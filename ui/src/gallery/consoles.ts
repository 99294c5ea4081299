import type { CaseView, OfficeView, PrintView, SignRequest, TicketIssued, TicketView } from '../generated/wire';
import { caseDesk, caseElsewhere, caseGone, caseOfLicence, casePlan, casePlanDone, casePlanEmpty, casePlanHalf, caseReadOnly, caseRefused, caseTyped, caseSigned, caseToSign, caseUnfinished, caseVoided, caseView } from './cases';
import { kiosks, kiosksWell, me, NOW, office, officeWith, printOf } from './fixtures';
import { Refused } from '../host/host';
import type { Situation } from './host';

const at = (view: OfficeView): OfficeView => ({ ...view, at: NOW });
const withCurrent = (view: OfficeView, change: Partial<TicketView>): OfficeView => ({
  ...view,
  tickets: view.tickets.map((one) => (one.number === 'A-012' ? { ...one, ...change } : one)),
});
const withCounter = (view: OfficeView, change: Partial<OfficeView['counters'][number]>): OfficeView => ({
  ...view,
  counters: view.counters.map((one) => (one.id === '3' ? { ...one, ...change } : one)),
});

const WAITING = 300;
const PACE_MS = 24_000;
/** A morning at the end of March: three hundred wait for the services of counter 3. */
export function crowd(): OfficeView {
  const services = office.services.slice(0, 3);
  const tickets = Array.from({ length: WAITING }, (_, index): TicketView => {
    const service = services[index % services.length] ?? services[0];
    const id = `019a0001-0000-7000-8000-${String(index).padStart(12, '0')}`;
    const number = `${service?.letter ?? 'A'}-${String(100 + Math.floor(index / services.length)).padStart(3, '0')}`;
    return {
      id,
      number,
      service: service?.id ?? '',
      state: 'waiting',
      language: index % 9 === 0 ? 'en' : 'ja',
      issued_at: NOW - (WAITING - index) * PACE_MS,
      has_case: index % 3 === 0,
      considerate: index % 17 === 0 ? true : undefined,
      calls: 0,
      slip: 'printed',
    };
  });
  const all = { services: services.map((one) => one.id), weights: [100, 200, 50], ticket: undefined };
  return withCounter({ ...office, tickets, order: tickets.map((one) => one.number) }, all);
}

const waiting = office.tickets.find((one) => one.number === 'A-013') as TicketView;
const issued: TicketIssued = {
  ticket: { ...waiting, id: '019a0002-0000-7000-8000-000000000001', number: 'C-018', service: 'insurance', then: ['children'], slip: 'none', has_case: false },
  ahead: 3,
  wait: { from_min: 10, to_min: 20 },
  service: { ja: '国民健康保険・年金', en: 'Health insurance and pension' },
  area: { ja: '1階 保険年金課', en: 'Insurance and Pension, 1st floor' },
  token: '',
  url: '',
};
const called = office.tickets.find((one) => one.number === 'A-012') as TicketView;
const missed = office.tickets.find((one) => one.number === 'A-011') as TicketView;
const next: TicketView = { ...waiting, state: 'called', counter: '3', called_at: NOW, first_called_at: NOW, calls: 1, reason: 'fcfs' };

/** What the hub of the gallery answers to commands; all others are refused by nobody and change nothing. */
const answers: Record<string, unknown> = {
  '/api/tickets': issued,
  [`/api/tickets/${called.id}/finish`]: { ticket: { ...called, state: 'waiting', service: 'insurance', then: [] } },
  [`/api/tickets/${called.id}/start`]: { ticket: { ...called, state: 'serving' } },
  // Nothing changes in the gallery: what was put back stands where it stood, and can be undone.
  [`/api/tickets/${missed.id}/restore`]: { ticket: missed },
  '/api/undo': { ticket: missed },
  [`/api/tickets/${called.id}/hold`]: { ticket: { ...called, state: 'held' } },
};

/** Another application beside the called number. */
const signPath = `/api/tickets/${called.id}/sign`;
const request: SignRequest = { request: 'r1', procedure: 'kokuho', counter: '3', until: NOW + 4 * 60_000, state: 'waiting' };
/** A form that stands on the tablet until it is taken back. */
const signing = {
  [`POST ${signPath}`]: request,
  [`${signPath}/r1?seen=waiting`]: () => new Promise(() => undefined),
  [`POST ${signPath}/r1/cancel`]: { ...request, state: 'cancelled' } satisfies SignRequest,
};

function caseIs(found: CaseView, change: unknown = caseDesk(found)): Record<string, unknown> {
  const path = `/api/tickets/${called.id}/case`;
  return { ...answers, [`GET ${path}`]: found, [`POST ${path}`]: change };
}

const help = [{ kiosk: '1階ロビー 1号機', since: NOW - 120_000 }];
const alarms = [{ kiosk: '5番窓口', since: NOW - 60_000 }];

/** A clerk has a slip printed, and it is so far. */
const reprinting = (state: PrintView['state']): Situation => ({
  me,
  office: at({ ...office, kiosks: kiosksWell, prints: [printOf(state)] }),
  answers: { ...answers, [`/api/tickets/${printOf(state).ticket}/print`]: printOf(state) },
});

/** The clerk's page in every state that looks different. */
export const consoles: Record<string, Situation> = {
  login: { me: null, office: at(office) },
  choose: { me: { ...me, counter: undefined }, office: at(office) },
  choose_manager: { me: { ...me, counter: undefined, role: 'manager' }, office: at(office) },
  called: { me, office: at(office), answers },
  called_again: { me, office: at(withCurrent(office, { calls: 3, called_at: NOW - 40_000, reason: 'override', considerate: true })), answers },
  called_just_now: { me, office: at(withCurrent(office, { calls: 1, called_at: NOW + 3_600_000 })), answers },
  serving: { me, office: at(officeWith('serving')), answers: caseIs(caseView) },
  serving_elsewhere: { me, office: at(officeWith('serving')), answers: caseIs(caseElsewhere) },
  serving_gone: { me, office: at(officeWith('serving')), answers: caseIs(caseGone) },
  serving_licence: { me, office: at(officeWith('serving')), answers: caseIs(caseOfLicence) },
  serving_refused: { me, office: at(officeWith('serving')), answers: caseIs(caseRefused) },
  serving_typed: { me, office: at(officeWith('serving')), answers: caseIs(caseTyped) },
  serving_plan: { me, office: at(officeWith('serving')), answers: caseIs(casePlan) },
  serving_plan_half: { me, office: at(officeWith('serving')), answers: caseIs(casePlanHalf) },
  serving_plan_done: { me, office: at(officeWith('serving')), answers: caseIs(casePlanDone) },
  serving_plan_empty: { me, office: at(officeWith('serving')), answers: caseIs(casePlanEmpty) },
  serving_read_only: { me, office: at(officeWith('serving')), answers: caseIs(caseReadOnly) },
  serving_to_sign: { me, office: at(officeWith('serving')), answers: { ...caseIs(caseToSign), ...signing } },
  serving_no_tablet: { me, office: at(officeWith('serving')), answers: { ...caseIs(caseToSign), [`POST ${signPath}`]: new Refused('tablet_away') } },
  serving_signed: { me, office: at(officeWith('serving')), answers: caseIs(caseSigned) },
  serving_signature_voided: { me, office: at(officeWith('serving')), answers: caseIs(caseVoided) },
  serving_unfinished: { me, office: at(officeWith('serving')), answers: caseIs(caseUnfinished) },
  serving_changed: { me, office: at(officeWith('serving')), answers: caseIs(casePlanHalf, new Refused('case_changed')) },
  serving_scanned: { me, office: at(officeWith('serving')), answers: { ...caseIs(caseView), '/api/cases/UKC:04HMASW9NF6YY41J': { ticket: called.id, number: called.number }, [`/api/cases/${encodeURIComponent('UKC:04HMASW9NF6YY41J')}`]: { ticket: called.id, number: called.number }, '/api/cases/0000': new Refused('not_found') } },
  serving_case_gone: { me, office: at(officeWith('serving')), answers: { ...answers, [`/api/tickets/${called.id}/case`]: new Refused('case_gone') } },
  nobody: { me: { ...me, role: 'clerk' }, office: at(officeWith('nobody', true)) },
  ready: { me, office: at(officeWith('nobody')), answers: { '/api/counters/3/next': { ticket: next } } },
  paused: { me, office: at(withCounter(officeWith('nobody'), { paused: true })) },
  empty: { me, office: at(officeWith('empty')) },
  alarm: { me, office: at({ ...office, alarms, help }), answers },
  crowd: { me, office: at(crowd()) },
  stale: { me, office: at(office), silent: true },
  compact: { me, office: at(office), wishes: 'compact', strip: true, answers },
  compact_nobody: { me, office: at({ ...officeWith('nobody'), alarms }), wishes: 'compact', strip: true },
  guide: { me, office: at({ ...office, staff: { counted: 3, declared: 4 } }), wishes: 'guide', answers },
  machines: { me, office: at({ ...office, kiosks }), answers },
  machines_one: { me, office: at({ ...office, kiosks: kiosksWell.slice(1), tickets: office.tickets.map((one) => ({ ...one, slip: 'printed' as const })) }), answers },
  reprint_waiting: reprinting('waiting'),
  reprint_printing: reprinting('printing'),
  reprint_printed: reprinting('printed'),
  reprint_unknown: reprinting('unknown'),
  reprint_failed: reprinting('failed'),
  reprint_expired: reprinting('expired'),
  reprint_nowhere: { me, office: at({ ...office, kiosks: kiosks.slice(2) }), answers },
  guide_machines: { me, office: at({ ...office, kiosks, prints: [printOf('printed'), printOf('unknown', { number: 'C-018' }), printOf('failed', { number: 'C-019', reissued: false, copy: true })] }), wishes: 'guide', answers },
  guide_print: { me, office: at({ ...office, kiosks: kiosksWell }), wishes: 'guide', answers },
};
