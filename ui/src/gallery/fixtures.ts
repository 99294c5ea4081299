import type {
  BookingView,
  CounterView,
  DashboardView,
  KioskNow,
  KioskView,
  Language,
  Me,
  OfficeView,
  PrintView,
  Row,
  Screen,
  ServiceNow,
  ServiceView,
  TicketView,
} from '../generated/wire';
import { ALONE, ERRANDS, takeHome } from './errands';

/** A Tuesday morning in an office that does not exist, at 10:20. */
export const NOW = Date.parse('2026-11-24T10:20:00+09:00');
const at = (time: string) => Date.parse(`2026-11-24T${time}:00+09:00`);

export const languages: Language[] = [
  { tag: 'ja', name: '日本語' },
  { tag: 'en', name: 'English' },
];

const both = (ja: string, en: string) => ({ ja, en });
const uuid = (ordinal: number) => `019a0000-0000-7000-8000-${String(ordinal).padStart(12, '0')}`;

let ordinal = 0;
function ticket(number: string, service: string, state: TicketView['state'], issued: string, more: Partial<TicketView> = {}): TicketView {
  ordinal += 1;
  return { id: uuid(ordinal), number, service, state, language: 'ja', issued_at: at(issued), has_case: false, calls: 0, slip: 'printed', ...more };
}

const called = (time: string, counter: string, more: Partial<TicketView> = {}): Partial<TicketView> => ({
  counter,
  first_called_at: at(time),
  called_at: at(time),
  calls: 1,
  reason: 'fcfs',
  ...more,
});

const tickets: TicketView[] = [
  ticket('A-009', 'certificates', 'finished', '09:31', called('09:40', '3', { ended_at: at('09:52'), has_case: true })),
  ticket('A-010', 'certificates', 'finished', '09:38', called('09:53', '3', { ended_at: at('10:04') })),
  ticket('A-011', 'certificates', 'no_show', '09:44', called('10:05', '3', { calls: 3, ended_at: at('10:10') })),
  ticket('B-004', 'moving', 'serving', '09:40', called('10:08', '5', { has_case: true })),
  ticket('C-002', 'insurance', 'serving', '09:55', called('10:12', '7')),
  ticket('A-012', 'certificates', 'called', '09:58', called('10:19', '3', { has_case: true, language: 'en', then: ['insurance'] })),
  ticket('A-008', 'certificates', 'held', '09:50', called('10:01', '3', { hold: 'writing', has_case: true })),
  ticket('C-001', 'insurance', 'held', '09:48', called('09:59', '7', { hold: 'enquiry', note: '前の住所を確認中' })),
  ticket('C-003', 'insurance', 'cancelled', '10:00', { ended_at: at('10:06') }),
  ticket('A-013', 'certificates', 'waiting', '10:02', { has_case: true }),
  ticket('B-005', 'moving', 'waiting', '10:03', { has_case: true, then: ['insurance', 'children'] }),
  ticket('A-014', 'certificates', 'waiting', '10:06', { booked_for: at('10:30'), booking: 'A7K2-93QF' }),
  ticket('C-004', 'insurance', 'waiting', '10:08', { language: 'en' }),
  ticket('B-003', 'certificates', 'waiting', '09:35', { waiting_since: at('10:09'), for_counter: '3', note: '転入届は済み。住民票を2通' }),
  ticket('A-015', 'certificates', 'waiting', '10:11', { slip: 'unknown', considerate: true }),
  ticket('B-006', 'moving', 'waiting', '10:14', { booked_for: at('10:30'), booking: 'P4WX-28HD', has_case: true }),
  ticket('A-016', 'certificates', 'waiting', '10:15', { has_case: true, language: 'en' }),
  ticket('A-017', 'certificates', 'waiting', '10:18'),
];

const booking = (number: string, start: string, end: string, service: string | undefined, summary: string, more: Partial<BookingView> = {}): BookingView => ({
  number,
  service,
  summary,
  start: at(start),
  end: at(end),
  ticket: tickets.find((one) => one.booking === number)?.id,
  cancelled: false,
  ...more,
});

const service = (id: string, letter: string, ja: string, en: string, now: Partial<ServiceNow> = {}, more: Partial<ServiceView> = {}): ServiceView => ({
  id,
  letter,
  name: both(ja, en),
  considerate_at_kiosk: false,
  now: { service: id, opening: 'open', until: at('17:15'), waiting: 0, ...now },
  ...more,
});

const counter = (id: string, services: string[], more: Partial<CounterView> = {}): CounterView => ({
  id,
  name: both(`${id}番窓口`, `Counter ${id}`),
  services,
  open: more.clerk !== undefined,
  paused: false,
  ...more,
});

const idOf = (number: string) => tickets.find((one) => one.number === number)?.id;

export const office: OfficeView = {
  seq: 120,
  id: 'midori',
  name: both('みどり市役所', 'Midori City Hall'),
  day: '2026-11-24',
  at: NOW,
  zone: 'Asia/Tokyo',
  languages,
  services: [
    service('certificates', 'A', '証明書', 'Certificates', { waiting: 6, wait: { from_min: 15, to_min: 25 } }, { area: both('1階 市民課前の待合', 'Waiting area of Citizens’ Affairs, 1st floor') }),
    service('moving', 'B', '引っ越し・住所変更', 'Moving house', { waiting: 2, wait: { from_min: 10, to_min: 20 } }),
    service('insurance', 'C', '国民健康保険・年金', 'Health insurance and pension', { waiting: 1, wait: { from_min: 5, to_min: 10 } }, { area: both('1階 保険年金課', 'Insurance and Pension, 1st floor') }),
    service('mynumber', 'D', 'マイナンバーカード', 'My Number Card', { opening: 'full' }),
    service('family', 'E', '出生・おくやみ', 'Births and deaths', { opening: 'pause', until: at('13:00') }),
    service('children', 'G', '子育て', 'Children', { opening: 'closed', until: undefined }),
  ],
  counters: [
    counter('3', ['certificates'], { clerk: '田中', account: 'tanaka', ticket: idOf('A-012') }),
    counter('4', ['certificates', 'moving']),
    counter('5', ['moving'], { clerk: '鈴木', account: 'suzuki', ticket: idOf('B-004') }),
    counter('7', ['insurance', 'children'], { clerk: '佐藤', account: 'sato', ticket: idOf('C-002'), weights: [200, 50] }),
  ],
  tickets,
  order: ['A-013', 'B-005', 'C-004', 'A-014', 'B-003', 'A-015', 'B-006', 'A-016', 'A-017'],
  bookings: [
    booking('K3TN-52RM', '09:30', '10:00', 'moving', '転入の手続き'),
    booking('A7K2-93QF', '10:30', '11:00', 'certificates', '住民票'),
    booking('P4WX-28HD', '10:30', '11:00', 'moving', '転居の手続き'),
    booking('H8CV-41ZY', '11:00', '11:30', 'insurance', '国民健康保険', { cancelled: true }),
    booking('T6DJ-77EB', '13:00', '13:30', 'insurance', '国民健康保険'),
    booking('W2FS-19LN', '14:00', '14:30', undefined, 'ペットの登録'),
  ],
  help: [],
  alarms: [],
  staff: { counted: 3 },
  boards: [],
  calling: { calls_max: 3, recall_after_s: 10, override_after_min: 30, wait_threshold_min: 15 },
  bookings_as_of: { at: at('10:19'), ok: true },
};

/** The same office with one ticket at counter 3 in another state. */
export function officeWith(state: 'nobody' | 'serving' | 'empty' | 'closed', help = false): OfficeView {
  const current = office.counters[0]?.ticket;
  const asked = help ? [{ kiosk: '1階ロビー 1号機', since: at('10:18') }] : [];
  if (state === 'empty' || state === 'closed') {
    return {
      ...office,
      tickets: [],
      order: [],
      bookings: [],
      help: asked,
      counters: office.counters.map((counter) => ({ ...counter, open: state === 'empty' && counter.open, ticket: undefined })),
      services: office.services.map((service) => ({
        ...service,
        now: { service: service.id, opening: state === 'empty' ? ('open' as const) : ('closed' as const), waiting: 0 },
      })),
    };
  }
  return {
    ...office,
    help: asked,
    counters: office.counters.map((counter) => (counter.id === '3' && state === 'nobody' ? { ...counter, ticket: undefined } : counter)),
    tickets: office.tickets.map((one) =>
      one.id !== current ? one : state === 'nobody' ? { ...one, state: 'finished' as const, ended_at: NOW } : { ...one, state: 'serving' as const },
    ),
  };
}

export const me: Me = { account: 'tanaka', name: '田中', role: 'lead', counter: '3' };

const measures = (visits: number, called: number, waiting: number, mean: number, over: number) => ({
  visits,
  booked: Math.round(visits * 0.18),
  called,
  waiting,
  finished: called - 3,
  no_show: 1,
  abandoned: 1,
  mean_minutes: mean,
  median_minutes: mean * 0.88,
  p90_minutes: mean * 1.9,
  max_minutes: mean * 2.6,
  over_threshold: over,
  mean_service_minutes: 7.4,
});

const HALF_HOUR_MS = 1_800_000;
const FLOW = [9, 12, 15, 21, 18, 14, 9, 11, 17, 13, 10, 8, 5];

export const dashboard: DashboardView = {
  day: '2026-11-24',
  at: at('14:45'),
  zone: 'Asia/Tokyo',
  threshold_minutes: 15,
  all: measures(162, 148, 11, 9.4, 0.142),
  services: office.services.map((service, index) => ({
    service: service.id,
    name: service.name,
    measures:
      index > 2
        ? { visits: 0, booked: 0, called: 0, waiting: 0, finished: 0, no_show: 0, abandoned: 0 }
        : measures([84, 46, 32][index] ?? 0, [78, 42, 28][index] ?? 0, [5, 3, 3][index] ?? 0, [7.1, 14.6, 9.2][index] ?? 0, [0.051, 0.381, 0.107][index] ?? 0),
  })),
  points: FLOW.flatMap((count, half) =>
    Array.from({ length: Math.round(count * 0.9) }, (_, index) => ({
      issued_at: at('08:30') + half * HALF_HOUR_MS + (index * HALF_HOUR_MS) / count,
      service: 'certificates',
      // A fixed scatter, the busier the half hour the longer.
      minutes: Math.max(0.4, count * 0.75 + 7 * Math.sin(half * 7 + index * 2.3) - 2),
      booked: index % 6 === 2,
    })),
  ),
  half_hours: FLOW.map((count, half) => ({ start: at('08:30') + half * HALF_HOUR_MS, issued: count, called: Math.max(0, Math.round((FLOW[half - 1] ?? 5) * 0.4 + count * 0.55)) })),
};

export const emptyDashboard: DashboardView = {
  ...dashboard,
  all: { visits: 0, booked: 0, called: 0, waiting: 0, finished: 0, no_show: 0, abandoned: 0 },
  services: dashboard.services.map((service) => ({ ...service, measures: { visits: 0, booked: 0, called: 0, waiting: 0, finished: 0, no_show: 0, abandoned: 0 } })),
  points: [],
  half_hours: dashboard.half_hours.map((half) => ({ ...half, issued: 0, called: 0 })),
};

// ---- Kiosk ------------------------------------------------------------------------------------

const entries = [
  { id: 'certificates', label: both('証明書がほしい', 'I need a certificate'), note: both('住民票・印鑑登録証明・所得課税証明', 'Residence, seal registration, income and tax'), icon: 'certificate', waiting: 5 },
  { id: 'moving', label: both('引っ越しをした・する', 'I have moved or will move'), note: both('転入・転居・転出・世帯変更', 'Moving in, within or out of the city'), icon: 'moving', waiting: 2 },
  { id: 'family', label: both('出生・おくやみの相談', 'A birth or a death in the family'), note: both('必要な手続きをまとめてご案内します', 'We guide you through everything at one counter'), icon: 'baby', waiting: 0 },
  { id: 'insurance', label: both('保険・年金', 'Health insurance and pension'), note: both('国民健康保険・国民年金', 'National Health Insurance, National Pension'), icon: 'insurance', waiting: 12 },
  { id: 'mynumber', label: both('マイナンバーカード', 'My Number Card'), note: both('受け取り・更新・暗証番号', 'Collection, renewal, PIN'), icon: 'card', waiting: 0 },
  { id: 'booking', label: both('予約してきた', 'I have a booking'), note: both('予約番号を入力してください', 'Have your booking number ready'), icon: 'booking' },
  { id: 'phone', label: both('スマホで書いてきた', 'I filled in a form on my phone'), note: both('スマホのQRコードを読み取ります', 'Have the QR code on your phone ready'), icon: 'phone' },
  { id: 'staff', label: both('わからない・職員に相談', 'I am not sure / talk to staff'), note: both('職員がお伺いします', 'A member of staff will come to you'), icon: 'staff' },
];

const residence = {
  id: 'residence',
  name: both('住民票の写し', 'Certificate of residence'),
  note: both('住所や世帯を証明するものです。', 'It certifies your address and household.'),
  documents: [both('本人確認書類(マイナンバーカード、運転免許証など)', 'Proof of identity (My Number card, driving licence …)')],
};
const procedures = [
  residence,
  { id: 'seal', name: both('印鑑登録証明書', 'Seal registration certificate'), note: both('登録した印鑑を証明するものです。', 'It certifies your registered seal.'), documents: [] },
  { id: 'tax', name: both('所得・課税証明書', 'Income and tax certificate'), note: both('前の年の所得と税額を証明するものです。', 'It certifies your income and tax of the year before.'), documents: [] },
  { id: 'family', name: both('戸籍の証明書', 'Family register certificate'), note: both('本籍がこの市にある方が対象です。', 'For those registered in this city.'), documents: [] },
];

const cardRows: Row[] = [
  { field: 'name', label: both('氏名', 'Name'), value: '髙橋 花子', from_card: true },
  { field: 'address', label: both('住所', 'Address'), value: 'みどり市中央町一丁目2番3号 みどりハイツ405号室', from_card: true },
  { field: 'birth', label: both('生年月日', 'Date of birth'), value: '昭和55年2月17日', from_card: true },
  { field: 'sex', label: both('性別', 'Sex'), value: '女', from_card: true },
];

const confirmRows: Row[] = [
  ...cardRows,
  { field: 'phone', label: both('電話番号', 'Telephone'), value: '', from_card: false },
  { field: 'who', label: both('どなたの証明書か', 'Whose certificate'), value: '自分または同じ世帯の人', from_card: false },
  { field: 'scope', label: both('必要な人', 'Persons'), value: '世帯全員', from_card: false },
  { field: 'items', label: both('載せる項目', 'Items to show'), value: '本籍、続柄', from_card: false },
  { field: 'copies', label: both('通数', 'Copies'), value: '2通', from_card: false },
  { field: 'purpose', label: both('使いみち', 'Purpose'), value: '勤務先への提出', from_card: false },
];

const option = (id: string, ja: string, en: string, note?: [string, string]) => ({ id, label: both(ja, en), note: note && both(...note) });
const field = (id: string, question: [string, string], label: [string, string], input: Extract<Screen, { kind: 'question' }>['field']['input'], more: { help?: [string, string]; required?: boolean; value?: string } = {}): Extract<Screen, { kind: 'question' }>['field'] => ({
  id,
  question: both(...question),
  label: both(...label),
  help: more.help && both(...more.help),
  required: more.required ?? true,
  input,
  value: more.value ?? '',
});

/** Rows of a made-up QR: finders in three corners, the rest by a fixed rule. It encodes nothing. */
const qr = Array.from({ length: 29 }, (_, y) =>
  Array.from({ length: 29 }, (_, x) => {
    const corner = (fx: number, fy: number) => {
      const [dx, dy] = [Math.abs(x - fx), Math.abs(y - fy)];
      const ring = Math.max(dx, dy);
      return ring <= 4 ? (ring === 2 || ring === 4 ? '0' : '1') : null;
    };
    return corner(3, 3) ?? corner(25, 3) ?? corner(3, 25) ?? ((x * 7 + y * 11 + x * y) % 5 < 2 ? '1' : '0');
  }).join(''),
);

const done = { kind: 'done', number: 'A-018', service: both('証明書', 'Certificates'), area: both('1階 市民課前の待合', 'Waiting area in front of Citizens’ Affairs, 1st floor'), ahead: 5, wait: { from_min: 10, to_min: 20 }, slip: 'printed', can_reprint: false, reissued: false, card_left: false } as const;

const doneAlone = { kind: 'done', number: done.number, service: done.service, area: done.area, slip: 'printed', can_reprint: false, reissued: false, card_left: false } as const;

const closedEntries = entries.map((entry, index) => ({
  ...entry,
  closed: ([undefined, { opening: 'pause', until: at('13:00') }, { opening: 'full' }, { opening: 'closed', until: at('10:00') + 86_400_000 }, undefined, { opening: 'day_off' }] as const)[index],
}));

const SCREENS = {
  idle: { kind: 'idle', entries, search: true },
  idle_closed: { kind: 'idle', entries: closedEntries, search: true },
  idle_six: { kind: 'idle', entries: entries.slice(0, 6), search: true },
  idle_four: { kind: 'idle', entries: entries.slice(0, 4), search: true },
  procedures: { kind: 'procedures', entry: entries[0] ?? { id: '', label: {}, icon: '' }, procedures },
  means: { kind: 'means', procedure: residence },
  place_card: { kind: 'place_card' },
  looking: { kind: 'looking' },
  pin: { kind: 'pin', document: 'my_number', entered: 2, length: 4, tries_left: 2, wrong: false },
  pin_last: { kind: 'pin', document: 'my_number', entered: 0, length: 4, tries_left: 1, wrong: false },
  pin_wrong: { kind: 'pin', document: 'my_number', entered: 0, length: 4, tries_left: 1, wrong: true },
  pin_licence: { kind: 'pin', document: 'drivers_licence', entered: 1, length: 4, tries_left: 2, wrong: false },
  pin_licence_wrong: { kind: 'pin', document: 'drivers_licence', entered: 0, length: 4, tries_left: 1, wrong: true },
  printed_birth: { kind: 'printed_birth', birth: '' },
  printed_birth_refused: { kind: 'printed_birth', birth: '2026-11-24', refusal: 'refusal.in_the_future' },
  printed_expiry: { kind: 'printed_expiry', first_year: 2021, last_year: 2037, this_year: 2026 },
  printed_expiry_refused: { kind: 'printed_expiry', year: 2025, first_year: 2021, last_year: 2037, this_year: 2026, refusal: 'refusal.card_expired' },
  security_code: { kind: 'security_code', birth: '1980-02-17', expiry: 2035, entered: 1, length: 4, wrong: false },
  security_code_wrong: { kind: 'security_code', birth: '1980-02-17', expiry: 2035, entered: 0, length: 4, tries_left: 8, wrong: true },
  security_code_wrong_last: { kind: 'security_code', birth: '1980-02-17', expiry: 2035, entered: 0, length: 4, tries_left: 1, wrong: true },
  card_number: { kind: 'card_number', fills: 'added_address' },
  card_number_second: { kind: 'card_number', fills: 'birth_and_sex' },
  card_number_refused: { kind: 'card_number', fills: 'added_address', refusal: 'refusal.card_number_wrong' },
  reading: { kind: 'reading' },
  card_no_reader: { kind: 'card_trouble', trouble: 'no_reader' },
  card_pulled: { kind: 'card_trouble', trouble: 'pulled' },
  card_silent: { kind: 'card_trouble', trouble: 'silent' },
  card_another: { kind: 'card_trouble', trouble: 'another_card' },
  card_credit: { kind: 'card_trouble', trouble: 'credit_card' },
  card_transit: { kind: 'card_trouble', trouble: 'transit_card' },
  card_my_number_licence: { kind: 'card_trouble', trouble: 'my_number_licence' },
  card_special_residence: { kind: 'card_trouble', trouble: 'special_residence' },
  card_resident_register: { kind: 'card_trouble', trouble: 'resident_register' },
  card_smartphone: { kind: 'card_trouble', trouble: 'smartphone' },
  card_newer: { kind: 'card_trouble', trouble: 'newer_card' },
  card_few_tries: { kind: 'card_trouble', trouble: 'few_tries_left', other_way: 'number_b', clerk: 'coming' },
  card_few_tries_both: { kind: 'card_trouble', trouble: 'few_tries_left', clerk: 'coming' },
  card_few_tries_no_call: { kind: 'card_trouble', trouble: 'few_tries_left', other_way: 'number_b', clerk: 'failed' },
  card_few_tries_number_b: { kind: 'card_trouble', trouble: 'few_tries_left_number_b', other_way: 'pin', clerk: 'coming' },
  card_few_tries_licence: { kind: 'card_trouble', trouble: 'few_tries_left_licence', clerk: 'coming' },
  card_locked: { kind: 'card_trouble', trouble: 'locked', other_way: 'number_b' },
  card_locked_both: { kind: 'card_trouble', trouble: 'locked_number_b' },
  card_locked_licence: { kind: 'card_trouble', trouble: 'locked_licence' },
  card_expired: { kind: 'card_trouble', trouble: 'expired' },
  card_expired_licence: { kind: 'card_trouble', trouble: 'expired_licence' },
  card_busy: { kind: 'card_trouble', trouble: 'busy' },
  card_unreadable: { kind: 'card_trouble', trouble: 'unreadable' },
  card_not_placed: { kind: 'card_trouble', trouble: 'not_placed' },
  review: { kind: 'review', rows: cardRows, card: { document: 'my_number', genuineness: 'genuine', cautions: [] } },
  review_doubtful: {
    kind: 'review',
    rows: cardRows.map((row) => (row.field === 'name' ? { ...row, value: '髙𣘺\u{E0100} 花子', doubtful: ['髙', '𣘺\u{E0100}'] } : row)),
    card: { document: 'my_number', genuineness: 'not_checked', cautions: ['beyond_jis_x0213', 'variation_sequence'] },
  },
  review_licence: { kind: 'review', rows: cardRows.slice(0, 3), card: { document: 'drivers_licence', genuineness: 'not_checked', cautions: [] } },
  review_licence_moved: {
    kind: 'review',
    rows: cardRows.filter((row) => row.field !== 'address' && row.field !== 'sex'),
    card: { document: 'drivers_licence', genuineness: 'not_checked', cautions: ['address_changed_since', 'expired'] },
  },
  review_residence: { kind: 'review', rows: cardRows.slice(1, 2), card: { document: 'residence_card', genuineness: 'not_checked', cautions: ['only_address'] } },
  review_nothing: { kind: 'review', rows: [], card: { document: 'residence_card', genuineness: 'not_checked', cautions: ['only_address'] } },
  review_refused: { kind: 'review', rows: cardRows, card: { document: 'my_number', genuineness: 'refused', cautions: [] } },
  question_choice: {
    kind: 'question',
    sheet: ALONE,
    field: field('scope', ['どなたの分が必要ですか', 'Whose entries do you need?'], ['必要な人', 'Persons'], {
      kind: 'choice',
      options: [option('all', '世帯全員', 'The whole household', ['同じ世帯の方全員が載ります。', 'Everyone in your household is listed.']), option('some', '世帯の一部', 'Some of the household', ['必要な方だけが載ります。', 'Only those you need are listed.'])],
    }, { help: ['提出先に確かめておくと安心です。', 'If you are not sure, ask the place you will give it to.'], value: 'all' }),
  },
  question_choice_many: {
    kind: 'question',
    sheet: ALONE,
    field: field('purpose', ['何に使いますか', 'What is it for?'], ['使いみち', 'Purpose'], {
      kind: 'choice',
      options: [
        option('work', '勤務先への提出', 'Employer'),
        option('school', '学校への提出', 'School'),
        option('licence', '運転免許証', 'Driving licence'),
        option('car', '自動車の登録', 'Car registration'),
        option('bank', '銀行・ローン', 'Bank or loan'),
        option('pension', '年金の手続き', 'Pension'),
        option('passport', 'パスポート', 'Passport'),
        option('other', 'そのほか', 'Something else'),
      ],
    }),
  },
  question_choices: {
    kind: 'question',
    sheet: ALONE,
    field: field('items', ['載せる項目を選んでください', 'Which items should be shown?'], ['載せる項目', 'Items to show'], {
      kind: 'choices',
      options: [option('origin', '本籍・筆頭者', 'Registered domicile'), option('relation', '世帯主との続柄', 'Relationship to the head of household'), option('nationality', '国籍・在留資格', 'Nationality and status of residence')],
    }, { help: ['いくつでも選べます。', 'Choose as many as you need.'], required: false, value: 'relation' }),
  },
  question_number: {
    kind: 'question',
    sheet: ALONE,
    field: field('copies', ['何通必要ですか', 'How many copies do you need?'], ['通数', 'Copies'], { kind: 'number', min: 1, max: 10, unit: both('通', 'copies') }, { help: ['手数料は1通300円です。', 'The fee is 300 yen a copy.'], value: '2' }),
  },
  question_text: {
    kind: 'question',
    sheet: ALONE,
    field: field('purpose_other', ['使いみちを入力してください', 'Please tell us what it is for'], ['使いみち', 'Purpose'], { kind: 'text', keyboard: 'ja', max_chars: 40 }, { help: ['ひらがなで入力してもかまいません。', 'You may write in letters you know.'], value: 'しゃかいほけん' }),
  },
  question_kana: {
    kind: 'question',
    sheet: ALONE,
    field: field('kana', ['氏名のフリガナを入力してください', 'How is your name read, in katakana?'], ['フリガナ', 'Reading'], { kind: 'text', keyboard: 'kana', max_chars: 40 }, { value: 'タカハシ ハナ' }),
  },
  question_latin: {
    kind: 'question',
    sheet: ALONE,
    field: field('latin', ['ローマ字の氏名を入力してください', 'Please enter your name in Roman letters'], ['ローマ字氏名', 'Name in Roman letters'], { kind: 'text', keyboard: 'latin', max_chars: 40 }, { value: 'HANAKO' }),
  },
  question_date: {
    kind: 'question',
    sheet: ALONE,
    field: field('birth', ['生年月日を選んでください', 'When were you born?'], ['生年月日', 'Date of birth'], { kind: 'date', birth: true }, { value: '1980-02-17' }),
  },
  question_phone: {
    kind: 'question',
    sheet: ALONE,
    field: field('phone', ['日中に連絡のとれる電話番号を入力してください', 'At which number can we reach you by day?'], ['電話番号', 'Telephone'], { kind: 'phone' }, { required: false, value: '0900000' }),
  },
  question_refused: {
    kind: 'question',
    sheet: ALONE,
    refusal: 'refusal.not_a_phone',
    field: field('phone', ['日中に連絡のとれる電話番号を入力してください', 'At which number can we reach you by day?'], ['電話番号', 'Telephone'], { kind: 'phone' }, { required: false, value: '12' }),
  },
  confirm: { kind: 'confirm', sheet: ALONE, can_add: true, procedure: residence, rows: confirmRows, fee: '600円' },
  confirm_considerate: { kind: 'confirm', sheet: ALONE, can_add: true, procedure: residence, rows: confirmRows, fee: '600円', considerate: false },
  take: { kind: 'take', with_answers: false, services: [both('保険・年金', 'Health insurance and pension')], waiting: 4, wait: { from_min: 10, to_min: 20 }, considerate: false },
  take_several: { kind: 'take', with_answers: false, services: [both('出生・おくやみ', 'Birth and bereavement'), both('保険・年金', 'Health insurance and pension')], waiting: 0, wait: { from_min: 0, to_min: 5 }, considerate: true },
  take_alone: { kind: 'take', with_answers: false, services: [both('保険・年金', 'Health insurance and pension')], considerate: false },
  booking: { kind: 'booking' },
  booking_refused: { kind: 'booking', refusal: 'booking_unknown' },
  booking_found: { kind: 'booking_found', number: 'A7K2-93QF', service: both('証明書', 'Certificates'), start: at('10:30'), end: at('11:00') },
  booking_found_considerate: { kind: 'booking_found', number: 'A7K2-93QF', service: both('証明書', 'Certificates'), start: at('10:30'), end: at('11:00'), considerate: false },
  booking_away: {
    kind: 'booking_away',
    services: [
      { id: 'certificates', name: both('証明書', 'Certificates') },
      { id: 'moving', name: both('引っ越し・住所変更', 'Moving and change of address') },
      { id: 'insurance', name: both('保険・年金', 'Health insurance and pension') },
      { id: 'mynumber', name: both('マイナンバーカード', 'My Number Card') },
      { id: 'family', name: both('出生・おくやみ', 'Birth and bereavement') },
      { id: 'guidance', name: both('総合案内', 'General guidance') },
    ],
  },
  phone: { kind: 'phone', read: [], opening: false },
  phone_refused: { kind: 'phone', read: [], opening: false, refusal: 'prefill_damaged' },
  phone_too_old: { kind: 'phone', read: [], opening: false, refusal: 'prefill_too_old' },
  phone_opening: { kind: 'phone', read: [], opening: true },
  phone_read: { kind: 'phone', read: [{ procedure: 'residence', name: both('住民票の写し', 'Certificate of residence'), changed: false, again: [], open: 0 }], opening: false },
  phone_read_several: {
    kind: 'phone',
    read: [
      { procedure: 'residence', name: both('住民票の写し', 'Certificate of residence'), changed: true, again: [both('必要な通数', 'Number of copies'), both('使いみち', 'Purpose')], open: 2 },
      { procedure: 'seal', name: both('印鑑登録証明書', 'Seal registration certificate'), changed: false, again: [], open: 0 },
    ],
    opening: false,
    refusal: 'refusal.phone_away',
  },
  phone_away: {
    kind: 'phone_away',
    services: [
      { id: 'certificates', name: both('証明書', 'Certificates') },
      { id: 'moving', name: both('引っ越し・住所変更', 'Moving and change of address') },
      { id: 'insurance', name: both('保険・年金', 'Health insurance and pension') },
      { id: 'mynumber', name: both('マイナンバーカード', 'My Number Card') },
    ],
  },
  phone_away_alone: { kind: 'phone_away', services: [] },
  issuing: { kind: 'issuing' },
  supplying: { kind: 'supplying', number: 'A-018' },
  printing: { kind: 'printing', number: 'A-018' },
  done,
  done_booked: { ...done, booked_for: at('10:30'), ahead: 0 },
  done_journey: { ...done, service: both('出生・おくやみ', 'Birth and bereavement'), then: [both('保険・年金', 'Health insurance and pension')] },
  done_plan: { ...done, service: both('引っ越し・住所変更', 'Moving and change of address'), then: [both('マイナンバーカード', 'My Number Card'), both('保険・年金', 'Health insurance and pension')], checklist: takeHome },
  done_plan_printed: { ...done, checklist: { ...takeHome, state: 'printed', left: 2 } },
  done_plan_no_paper: { ...done, slip: 'failed', qr, checklist: { ...takeHome, state: 'failed', can_print: false } },
  done_plan_reprint: { ...done, slip: 'failed', can_reprint: true, qr, checklist: takeHome },
  done_alone: doneAlone,
  done_alone_no_paper: { ...doneAlone, slip: 'failed' },
  done_card_left: { ...done, card_left: true },
  done_unknown: { ...done, slip: 'unknown', qr },
  done_unknown_alone: { ...doneAlone, slip: 'unknown' },
  done_no_paper: { ...done, slip: 'failed', qr },
  done_reprint: { ...done, slip: 'failed', can_reprint: true, qr },
  done_reprint_alone: { ...doneAlone, slip: 'failed', can_reprint: true },
  done_reissued: { ...done, reissued: true },
  done_reissued_no_paper: { ...done, slip: 'failed', reissued: true, qr },
  done_handed: { ...done, slip: 'pending' },
  done_first: { ...done, can_go_on: true },
  done_supplied: { ...done, ahead: undefined, wait: undefined, supplied: true, stood_before: true },
  trouble: { kind: 'trouble', code: 'hub_away' },
  done_back: { ...done, ahead: undefined, wait: undefined, can_go_on: true, stood_before: true },
  done_first_reprint: { ...done, slip: 'failed', can_reprint: true, can_go_on: true, qr },
  done_called: { ...done, ahead: undefined, wait: undefined, supplied: true, stood_before: true },
  done_passed: { ...done, ahead: undefined, wait: undefined, supplied: true, stood_before: true },
  trouble_form_refused: { kind: 'trouble', code: 'form_refused' },
  trouble_not_supplied: { kind: 'trouble', code: 'not_supplied' },
  trouble_closed: { kind: 'trouble', code: 'service_closed' },
  staff_called: { kind: 'staff_called' },
  ...ERRANDS,
} satisfies Record<string, Screen>;

const OUTSIDE = new Set(['idle', 'idle_closed', 'idle_six', 'idle_four', 'issuing', 'supplying', 'printing', 'staff_called', 'looking', 'reading', 'done', 'done_booked', 'done_journey', 'done_plan', 'done_plan_printed', 'done_plan_no_paper', 'done_plan_reprint', 'done_alone', 'done_alone_no_paper', 'done_card_left', 'done_unknown', 'done_unknown_alone', 'done_no_paper', 'done_reprint', 'done_reprint_alone', 'done_reissued', 'done_reissued_no_paper', 'done_handed', 'done_first', 'done_supplied', 'done_back', 'done_first_reprint', 'done_called', 'done_passed', 'trouble_not_supplied']);

const view = (name: string, screen: Screen, language: string, more: Partial<KioskView> = {}): KioskView => ({
  office: office.name,
  language,
  languages,
  screen,
  remaining: screen.kind === 'question' ? 3 : undefined,
  can_go_back: !OUTSIDE.has(name),
  staff_called: screen.kind === 'staff_called',
  hub_online: true,
  gives_numbers: true,
  printer: 'ready',
  reader: 'card',
  at: NOW,
  ...more,
});

/** Every screen of the kiosk, in every state that looks different. */
export function kioskViews(language: string): Record<string, KioskView> {
  const views = Object.fromEntries(Object.entries<Screen>(SCREENS).map(([name, screen]) => [name, view(name, screen, language)]));
  return {
    ...views,
    idle_hub_away: view('idle', SCREENS.idle, language, { hub_online: false, gives_numbers: false }),
    idle_alone: view('idle', { kind: 'idle', entries: entries.map((entry) => ({ ...entry, waiting: undefined })), search: true }, language, { hub_online: false }),
    idle_no_paper: view('idle', SCREENS.idle, language, { printer: 'paper_out' }),
    means_no_reader: view('means', SCREENS.means, language, { reader: 'absent' }),
    means_first: view('means', SCREENS.means, language, { number_first: true }),
    question_first: view('question', SCREENS.question_text, language, { number_first: true, remaining: 3 }),
    question_taken: view('question', SCREENS.question_text, language, { taken: { number: 'A-018' } }),
    question_event_first: view('question', SCREENS.question_event, language, { number_first: true }),
    plan_first: view('plan', SCREENS.plan, language, { number_first: true }),
    papers_first: view('papers', SCREENS.papers, language, { number_first: true }),
    confirm_taken: view('confirm', SCREENS.confirm, language, { taken: { number: 'A-018' } }),
    papers_called: view('papers', SCREENS.papers, language, { taken: { number: 'A-018', called_to: both('3番窓口', 'Counter 3') } }),
    question_called: view('question', SCREENS.question_text, language, { taken: { number: 'A-018', called_to: both('3番窓口', 'Counter 3') } }),
    question_passed: view('question', SCREENS.question_text, language, { taken: { number: 'A-018', passed: true } }),
    done_called: view('done', SCREENS.done_called, language, { taken: { number: 'A-018', called_to: both('3番窓口', 'Counter 3') } }),
    done_passed: view('done', SCREENS.done_passed, language, { taken: { number: 'A-018', passed: true } }),
    review_written: view('review', SCREENS.review, language, { holds_answers: true }),
    idle_warning: view('review', SCREENS.review, language, { wipe_at: NOW + 30_000 }),
  };
}

/** The kiosks of the hall, each with something else. */
export const kiosks: KioskNow[] = [
  { name: '1階ロビー 1号機', link: 'here', printer: 'paper_out', reader: 'ready', slips_on_roll: 812 },
  { name: '1階ロビー 2号機', link: 'here', printer: 'near_end', reader: 'absent', slips_on_roll: 744 },
  { name: '2階 保険年金課', link: 'silent', printer: 'ready', reader: 'ready' },
  { name: '3階 福祉課', link: 'never' },
  { name: '4階 税務課', link: 'out', printer: 'ready', reader: 'ready' },
];

/** The same when all is well. */
export const kiosksWell: KioskNow[] = [
  { name: '1階ロビー 1号機', link: 'here', printer: 'ready', reader: 'ready', slips_on_roll: 12 },
  { name: '1階ロビー 2号機', link: 'here', printer: 'near_end', reader: 'ready', slips_on_roll: 744 },
];

const whose = tickets.find((one) => one.number === 'A-015');
export const printOf = (state: PrintView['state'], more: Partial<PrintView> = {}): PrintView => ({
  id: `019a0003-0000-7000-8000-00000000000${String(['waiting', 'printing', 'printed', 'drawn', 'unknown', 'failed', 'expired'].indexOf(state))}`,
  ticket: whose?.id ?? '',
  number: whose?.number ?? '',
  kiosk: '1階ロビー 2号機',
  preview: false,
  reissued: true,
  state,
  at: at('10:19'),
  ...more,
});

/** What a kiosk drew. */
export const drawnSlip = printOf('drawn', { preview: true });
