import type { CallReason, CancelReason, CardCaution, CardTrouble, ClerkCall, Code, Destination, DeviceKind, Document, ExportFaultKind, ExportWay, Genuineness, HoldReason, ImportReport, ImportWhy, LineState, Opening, Place, PreparedState, PrintState, Provenance, Role, SignState, SlipState, TicketState } from '../generated/wire';
import { DEEDS } from '../admin/deeds';
import type { Place as AdminPlace } from '../admin/rights';
import type { signatureOf } from '../console/case';
import type { Shortcut } from '../console/keys';
import type { Trouble } from '../console/machines';
import type { Preference } from '../console/preference';
import type { Unfit } from '../console/prepared.svelte';
import type { Deed } from '../console/work.svelte';
import type { Reason } from '../phone/check';

type Every<T extends string> = Record<T, true>;

/**
 * Keys that are chosen at run time: `<family>.<member>`. Each family lists its members, and the compiler
 * holds the lists complete, so a new code without a sentence fails the check before anyone meets it.
 */
export const FAMILIES = {
  problem: problems(),
  'kiosk.problem': problems(),
  'ticket.state': {
    waiting: true,
    called: true,
    serving: true,
    finished: true,
    held: true,
    no_show: true,
    cancelled: true,
  } satisfies Every<TicketState>,
  'ticket.reason': { due: true, fcfs: true, override: true, priority: true, manual: true } satisfies Every<CallReason>,
  'ticket.slip': { pending: true, printed: true, sent: true, unknown: true, failed: true, none: true } satisfies Every<SlipState>,
  'case.provenance': {
    card: true,
    card_edited: true,
    typed: true,
    default: true,
    clerk: true,
  } satisfies Every<Provenance>,
  'case.line': { open: true, done: true, not_needed: true, later: true } satisfies Every<LineState>,
  'case.document': { my_number: true, drivers_licence: true, residence_card: true } satisfies Every<Document>,
  'case.genuineness': genuineness(),
  'case.genuineness_text': genuineness(),
  'case.caution': {
    address_changed_since: true,
    expired: true,
    only_address: true,
    missing_character: true,
    private_use: true,
    beyond_jis_x0213: true,
    variation_sequence: true,
  } satisfies Every<CardCaution>,
  'console.sign.state': { given: true, voided: true, open: true } satisfies Every<Exclude<ReturnType<typeof signatureOf>, null>>,
  'console.sign.over': { paper: true, cancelled: true, expired: true, left: true, changed: true, tablet_out: true } satisfies Every<Exclude<SignState, 'waiting' | 'signed'>>,
  'export.way': { screen: true, csv: true, codes: true, batch: true } satisfies Every<ExportWay>,
  'export.fault': {
    too_long: true,
    no_form: true,
    not_encodable: true,
    keys: true,
    too_many_codes: true,
    other_counter: true,
    unanswered: true,
  } satisfies Every<ExportFaultKind>,
  'kiosk.card_trouble.title': trouble(),
  'kiosk.card_trouble.next': trouble(),
  'kiosk.card_trouble.clerk': { coming: true, failed: true } satisfies Every<ClerkCall>,
  refusal: {
    required: true,
    unknown_field: true,
    not_an_option: true,
    not_a_number: true,
    out_of_range: true,
    too_long: true,
    too_short: true,
    characters: true,
    not_kana: true,
    not_a_date: true,
    in_the_future: true,
    after_today: true,
    too_early: true,
    not_a_phone: true,
    not_a_postal_code: true,
    contradicting: true,
  } satisfies Every<Reason>,
  'visit.state': { finished: true, held: true, no_show: true, cancelled: true } satisfies Every<Exclude<TicketState, 'waiting' | 'called' | 'serving'>>,
  'visit.next': {
    waiting: true,
    called: true,
    serving: true,
    finished: true,
    held: true,
    no_show: true,
    cancelled: true,
  } satisfies Every<TicketState>,
  'board.opening': openings(),
  'board.hall': openings(),
  'board.hall_text': openings(),
  'console.lists': lists(),
  'console.lists_empty': lists(),
  'console.undo': deeds(),
  'console.undone': deeds(),
  'console.hold': { writing: true, enquiry: true, preparing: true, away: true, other: true } satisfies Every<HoldReason>,
  'console.cancel_for': { citizen: true, mistake: true, left: true, other: true } satisfies Every<CancelReason>,
  'console.place': { front: true, next: true, kept: true, end: true } satisfies Every<Place>,
  'console.opening': openings(),
  'console.why_of': { due: true, fcfs: true, override: true, priority: true, manual: true } satisfies Every<CallReason>,
  'console.sheet_of': { hold: true, transfer: true, plan: true, cancel: true, restore: true },
  'console.transfer_to': { service: true, counter: true, clerk: true } satisfies Every<Destination['kind']>,
  'console.prepared_state': { not_begun: true, open: true, ready: true, attached: true, cancelled: true, gone: true } satisfies Every<PreparedState>,
  'console.prepare_unfit': { too_large: true, no_csv: true } satisfies Every<Unfit>,
  'console.prepare_count': { new: true, updated: true, unchanged: true, left_alone: true, refused: true } satisfies Partial<Record<keyof ImportReport, true>>,
  'console.prepare_why': {
    empty: true,
    too_many_rows: true,
    too_many_columns: true,
    encoding: true,
    quotes: true,
    column_missing: true,
    column_twice: true,
    individual_number: true,
    cells: true,
    no_application: true,
    application_twice: true,
    application_odd: true,
    no_day: true,
    day_over: true,
    day_far: true,
    format: true,
    word: true,
    answer_refused: true,
    touched: true,
    touched_moved: true,
    attached: true,
    gone: true,
  } satisfies Every<ImportWhy>,
  'console.preference': { less: true, even: true, more: true } satisfies Every<Preference>,
  'console.key': {
    primary: true,
    recall: true,
    start: true,
    finish: true,
    no_show: true,
    hold: true,
    transfer: true,
    more: true,
    undo: true,
    print: true,
    service: true,
    prepare: true,
    pause: true,
    down: true,
    up: true,
    keys: true,
    small: true,
  } satisfies Every<Shortcut>,
  'admin.place': { devices: true, accounts: true, trail: true, password: true } satisfies Every<AdminPlace>,
  'admin.kind': { kiosk: true, board: true, tablet: true } satisfies Every<DeviceKind>,
  'admin.role': roles(),
  'admin.role_text': roles(),
  'admin.deed': DEEDS,
  'console.machine_title': troubles(),
  'console.machine_short': troubles(),
  'console.machine_remedy': troubles(),
  'console.print_state': { waiting: true, printing: true, printed: true, sent: true, drawn: true, unknown: true, failed: true, expired: true } satisfies Every<PrintState>,
  'parts.era': { meiji: true, taisho: true, showa: true, heisei: true, reiwa: true },
  'parts.keys': { hiragana: true, katakana: true, latin: true, digits: true },
} as const;

function troubles() {
  return { near_end: true, paper_out: true, cover_open: true, cutter_error: true, overheated: true, error: true, offline: true, silent: true, out: true, no_reader: true } satisfies Every<Trouble>;
}

function openings() {
  return { open: true, before_opening: true, pause: true, closed: true, day_off: true, full: true } satisfies Every<Opening>;
}

function lists() {
  return { waiting: true, held: true, missed: true, elsewhere: true, over: true };
}

function deeds() {
  return { call: true, start: true, finish: true, no_show: true, hold: true, restore: true, transfer: true, cancel: true } satisfies Every<Deed>;
}

function genuineness() {
  return { genuine: true, not_checked: true, refused: true } satisfies Every<Genuineness>;
}

function trouble() {
  return {
    no_reader: true,
    pulled: true,
    silent: true,
    another_card: true,
    credit_card: true,
    transit_card: true,
    my_number_licence: true,
    special_residence: true,
    resident_register: true,
    smartphone: true,
    newer_card: true,
    few_tries_left: true,
    few_tries_left_number_b: true,
    few_tries_left_licence: true,
    locked: true,
    locked_number_b: true,
    locked_licence: true,
    expired: true,
    expired_licence: true,
    busy: true,
    unreadable: true,
    not_placed: true,
  } satisfies Every<CardTrouble>;
}

function problems() {
  return {
    bad_request: true,
    idempotency_key_missing: true,
    not_logged_in: true,
    wrong_password: true,
    forbidden: true,
    wrong_origin: true,
    not_found: true,
    booking_unknown: true,
    booking_used: true,
    service_unknown: true,
    service_closed: true,
    numbers_exhausted: true,
    counter_closed: true,
    counter_taken: true,
    counter_busy: true,
    nobody_waiting: true,
    ticket_state: true,
    nothing_to_undo: true,
    already_called: true,
    day_over: true,
    case_changed: true,
    tablet_away: true,
    tablet_busy: true,
    signature_over: true,
    signature_empty: true,
    prepared_attached: true,
    ticket_prepared: true,
    answer_refused: true,
    prefill_not_ours: true,
    prefill_damaged: true,
    prefill_key_unknown: true,
    prefill_too_old: true,
    prefill_procedure_gone: true,
    disk_full: true,
    folder_unwritable: true,
    clock_behind: true,
    enrolment_code_wrong: true,
    device_unknown: true,
    method_not_allowed: true,
    wrong_host: true,
    recalls_exhausted: true,
    recall_too_soon: true,
    capacity_reached: true,
    counter_paused: true,
    not_called_here: true,
    nonsense: true,
    not_leased: true,
    priority_by_staff: true,
    too_large: true,
    key_reused: true,
    case_gone: true,
    too_many: true,
    internal: true,
    unavailable: true,
    hub_away: true,
  } satisfies Every<Code | 'hub_away'>;
}

function roles() {
  return { clerk: true, lead: true, manager: true, administrator: true } satisfies Every<Role>;
}
