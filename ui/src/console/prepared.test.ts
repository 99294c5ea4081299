import { expect, test } from 'vitest';

import type { CaseChange, ChangeCase, ImportReport, ImportUndone, PreparedCase, PreparedDay, PreparedView, TicketState, TicketView } from '../generated/wire';
import { caseView } from '../gallery/cases';
import { Refused } from '../host/host';
import { dayAfter } from '../live/time';
import type { Session } from '../session.svelte';
import { canBeUndone, countsOf, Day, DayPrint, folded, hasPaper, Import, IMPORT_BYTES_MAX, isToCome, keyOf, OpenedVisit, unfit, Visits } from './prepared.svelte';

const visit = (more: Partial<PreparedView> = {}): PreparedView => ({
  id: 'v1',
  origin: { kind: 'booking', number: 'M4TR-82KD', summary: 'おくやみ', start: 0, end: 1 },
  day: '2026-11-25',
  service: 'family',
  life_event: 'bereavement',
  name: { ja: 'おくやみ' },
  state: 'open',
  progress: { prepared: 1, lines: 3 },
  touched: true,
  ...more,
});
const day = (name: string, visits: PreparedView[] = []): PreparedDay => ({ day: name, today: '2026-11-24', next: '2026-11-25', visits, left_off: 0, imports: true });
const report = (more: Partial<ImportReport> = {}): ImportReport => ({ dry_run: true, rows: 3, new: 2, updated: 1, unchanged: 0, left_alone: 0, refused: 0, lines: [], days: [], ...more });

interface Sent {
  method: string;
  path: string;
  body: unknown;
  key: string | undefined;
}
/** A session whose answers come in the order in which they stand; a refusal is thrown. */
function session(...answers: unknown[]) {
  const sent: Sent[] = [];
  const call = (method: string, path: string, body?: unknown, options?: { key?: string }): Promise<unknown> => {
    sent.push({ method, path, body, key: options?.key });
    const answer = answers.shift();
    return answer instanceof Refused ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const upload = (path: string, file: Blob, options?: { key?: string }) => call('POST', path, file, options);
  return { sent, session: { call, upload } as unknown as Session };
}

test.each([
  ['2026-11-30', 1, '2026-12-01'],
  ['2026-12-31', 1, '2027-01-01'],
  ['2028-02-28', 1, '2028-02-29'],
  ['2026-11-01', -1, '2026-10-31'],
])('from %s it is %d day to %s', (from, days, to) => {
  expect(dayAfter(from, days)).toBe(to);
});

test('a visit is told from the others by its booking or its application, also while nobody has begun it', () => {
  expect(keyOf(visit({ id: undefined }))).toBe('booking M4TR-82KD');
  expect(keyOf(visit({ origin: { kind: 'announced', application: '0047', person: '架空 次郎' } }))).toBe('announced 0047');
});

test.each([
  ['not_begun', undefined, false, false],
  ['open', 'v1', true, true],
  ['ready', 'v1', true, true],
  ['attached', 'v1', true, false],
  ['cancelled', 'v1', true, false],
  ['gone', 'v1', false, false],
] as const)('a visit that is %s: paper %s, can be given to a number %s', (state, id, paper, toCome) => {
  expect([hasPaper(visit({ state, id })), isToCome(visit({ state, id }))]).toEqual([paper, toCome]);
});

test('a day counts its visits by how they stand', () => {
  expect(countsOf([visit(), visit({ state: 'ready' }), visit()])).toMatchObject({ open: 2, ready: 1, gone: 0 });
});

test.each([
  ['来庁予定.csv', 100, null],
  ['LIST.CSV', IMPORT_BYTES_MAX, null],
  ['来庁予定.csv', IMPORT_BYTES_MAX + 1, 'too_large'],
  ['来庁予定.xlsx', 100, 'no_csv'],
] as const)('%s of %d bytes: %s', (name, size, why) => {
  expect(unfit({ name, size })).toBe(why);
});

test('the search for a form takes kana, width and capitals as the same', () => {
  expect(folded('ジドウ テアテ')).toBe('じどうてあて');
  expect(folded('Ｃｈｉｌｄ')).toBe('child');
});

test('a day is asked for as the next opening day first, and stepped from the day that came', async () => {
  const { sent, session: office } = session(day('2026-11-25'), day('2026-11-26'), day('2026-11-25'));
  const days = new Day(office);
  await days.step(1);
  await days.step(1);
  await days.step(-1);
  expect(sent.map((one) => one.path)).toEqual(['next', '2026-11-26', '2026-11-25'].map((one) => `/api/prepared/days/${one}`));
  expect(days.found?.day).toBe('2026-11-25');
});

test('what another day’s answer brings late is not shown', async () => {
  const waiting: ((found: PreparedDay) => void)[] = [];
  const days = new Day({ call: () => new Promise((resolve) => waiting.push(resolve)) } as unknown as Session);
  const first = days.go('2026-11-25');
  const second = days.go('2026-11-26');
  waiting[1]?.(day('2026-11-26'));
  waiting[0]?.(day('2026-11-25'));
  await Promise.all([first, second]);
  expect([days.found?.day, days.wanted, days.reading]).toEqual(['2026-11-26', '2026-11-26', false]);
});

test('a day that cannot be read says so and keeps what stands there', async () => {
  const { session: office } = session(day('2026-11-25', [visit()]), new Refused('hub_away'));
  const days = new Day(office);
  await days.read();
  await days.read();
  expect([days.found?.visits.length, days.trouble !== '']).toEqual([1, true]);
});

test('a change of a prepared visit goes from its revision, and brings how far the visit is', async () => {
  const found = (revision: number, prepared: number): PreparedCase => ({ visit: visit({ progress: { prepared, lines: 3 } }), case: { ...caseView, revision } });
  const { sent, session: office } = session(found(4, 1), found(5, 2));
  const opened = new OpenedVisit(office, 'v1');
  await opened.read();
  const change: CaseChange = { kind: 'prepared', rule: 'B2', prepared: true };
  expect(await opened.change(change)).toBe('');
  expect(sent.map((one) => [one.method, one.path])).toEqual([['GET', '/api/prepared/v1'], ['POST', '/api/prepared/v1']]);
  expect(sent[1]?.body).toEqual({ revision: 4, change } satisfies ChangeCase);
  expect([opened.found?.revision, opened.visit?.progress.prepared]).toEqual([5, 2]);
});

test('where another department was faster, the newest case is read and said', async () => {
  const found = (revision: number): PreparedCase => ({ visit: visit(), case: { ...caseView, revision } });
  const { session: office } = session(found(4), new Refused('case_changed'), found(9));
  const opened = new OpenedVisit(office, 'v1');
  await opened.read();
  expect(await opened.change({ kind: 'answer', field: 'died_on', value: '2026-11-10' })).not.toBe('');
  expect([opened.found?.revision, opened.notice !== '']).toEqual([9, true]);
});

test('a visit that leaves the screen takes what was read with it', async () => {
  const { session: office } = session({ visit: visit(), case: caseView } satisfies PreparedCase);
  const opened = new OpenedVisit(office, 'v1');
  await opened.read();
  opened.close();
  expect([opened.found, opened.visit]).toEqual([null, null]);
});

test.each<[TicketState, boolean, boolean, boolean]>([
  // Of a number at another counter, at the own one, and for a lead.
  ['waiting', true, true, true],
  ['held', true, true, true],
  ['called', false, true, true],
  ['serving', false, true, true],
  ['cancelled', true, true, true],
  ['no_show', true, true, true],
  ['finished', false, false, false],
])('what was prepared for a number that is %s is taken back where the hub would not refuse it', (state, elsewhere, here, lead) => {
  const ticket = { id: 't1', number: 'A-001', service: 'family', state, language: 'ja', issued_at: 0 } as TicketView;
  expect([canBeUndone(ticket, undefined, 'clerk'), canBeUndone(ticket, ticket, 'clerk'), canBeUndone(ticket, undefined, 'lead')]).toEqual([elsewhere, here, lead]);
  expect(canBeUndone(undefined, undefined, 'lead'), 'of another day').toBe(false);
});

test('a visit is begun, given to a number, taken back; and a number without a case is begun by asking', async () => {
  const { sent, session: office } = session({}, {}, {}, {}, {});
  const visits = new Visits(office);
  await visits.begin('2026-11-25', 'M4TR-82KD');
  await visits.attach('v1', 't1');
  await visits.detach('v1', true);
  await visits.start('t1');
  await visits.erase('v1');
  expect(sent.map((one) => [one.path, one.body])).toEqual([
    ['/api/prepared', { day: '2026-11-25', booking: 'M4TR-82KD' }],
    ['/api/prepared/v1/attach', { ticket: 't1' }],
    ['/api/prepared/v1/detach', { drop_changes: true }],
    ['/api/tickets/t1/case/start', {}],
    ['/api/prepared/v1/erase', {}],
  ]);
  expect(new Set(sent.map((one) => one.key)).size).toBe(5);
});

test('a visit that belongs to another number is told, and a press whose answer was lost keeps its key', async () => {
  const { sent, session: office } = session(new Refused('prepared_attached'), new Refused('hub_away'), {});
  const visits = new Visits(office);
  expect(await visits.attach('v1', 't1')).toBeNull();
  expect(visits.trouble).not.toBe('');
  await visits.attach('v1', 't1');
  await visits.attach('v1', 't1');
  expect(sent[1]?.key).not.toBe(sent[0]?.key);
  expect([sent[2]?.key, visits.trouble]).toEqual([sent[1]?.key, '']);
});

const list = new File(['a'], '来庁予定.csv');

test('a list is tried before it is taken, and is taken once', async () => {
  const { sent, session: office } = session(report(), report({ dry_run: false }));
  const work = new Import(office);
  await work.choose(list);
  expect(work.report?.dry_run).toBe(true);
  await work.go();
  await work.go();
  expect(sent.map((one) => one.path)).toEqual(['/api/prepared/import?dry_run', '/api/prepared/import']);
  expect(work.report?.dry_run).toBe(false);
});

test('a list that was taken is taken back once, and one that was tried only where something of it stands', async () => {
  const undone: ImportUndone = { erased: 3, left_alone: 0, absent: 0 };
  const { sent, session: office } = session(report(), report({ dry_run: false }), new Refused('hub_away'), undone, report({ new: 0, updated: 0, unchanged: 3 }));
  const work = new Import(office);
  await work.choose(list);
  expect(work.standing).toBe(0);
  await work.undo();
  await work.go();
  expect(work.standing).toBe(3);
  await work.undo();
  expect([work.undone, work.trouble !== '']).toEqual([null, true]);
  await work.undo();
  await work.undo();
  expect([work.undone?.erased, work.standing]).toEqual([3, 0]);
  expect(sent.slice(2).map((one) => one.path)).toEqual(['/api/prepared/import/undo', '/api/prepared/import/undo']);
  expect(sent[3]?.key).toBe(sent[2]?.key);
  await work.choose(list);
  expect(work.standing).toBe(3);
});

test('a file that is no list is not even sent', async () => {
  const { sent, session: office } = session();
  const work = new Import(office);
  await work.choose(new File(['a'], '来庁予定.xlsx'));
  expect([work.fault, sent.length]).toEqual(['no_csv', 0]);
  work.another();
  expect([work.fault, work.file]).toEqual([null, null]);
});

test('after an answer that was lost the same list goes under the same key, another list under its own', async () => {
  const { sent, session: office } = session(report(), new Refused('hub_away'), report({ dry_run: false }), report());
  const work = new Import(office);
  await work.choose(list);
  await work.go();
  expect(work.trouble).not.toBe('');
  await work.go();
  expect(sent[2]?.key).toBe(sent[1]?.key);
  await work.choose(new File(['b'], 'b.csv'));
  expect(new Set(sent.map((one) => one.key)).size).toBe(3);
});

const many = (count: number, from = 0): PreparedView[] => Array.from({ length: count }, (_, index) => visit({ id: `v${String(from + index)}`, origin: { kind: 'announced', application: String(from + index), person: '' } }));
/** The ids that a printed file was asked for. */
const asked = (path: string): string[] => path.replace(/^.*\?of=/, '').split(',');

test('the papers of a day go file after file, each visit once, whoever comes in between', async () => {
  const paths: string[] = [];
  let here = [...many(70), visit({ id: 'there', state: 'attached' }), visit({ id: undefined, state: 'not_begun' })];
  const print = new DayPrint({ printFile: (path) => { paths.push(path); return Promise.resolve(asked(path).length); } }, '2026-11-25', () => here);
  expect([print.next, print.visits]).toEqual([30, 70]);
  await print.go();
  // The first has come meanwhile, and somebody has begun one that stands before all others.
  here = [...many(1, 100), ...here.filter((one) => one.id !== 'v0')];
  expect([print.printed, print.visits, print.next]).toEqual([30, 71, 30]);
  await print.go();
  await print.go();
  await print.go();
  expect([print.printed, print.next]).toEqual([71, 0]);
  const all = paths.flatMap(asked);
  expect([paths.length, new Set(all).size, all.length]).toEqual([3, 71, 71]);
  expect(paths[0]).toContain('/api/prepared/days/2026-11-25/paper.pdf?of=v0,v1,');
});

test('where nothing of a file is for this counter the next one is printed at once', async () => {
  const paths: string[] = [];
  const print = new DayPrint({ printFile: (path) => { paths.push(path); return paths.length === 1 ? Promise.reject(new Refused('not_found')) : Promise.resolve(4); } }, '2026-11-25', () => many(40));
  await print.go();
  expect([paths.length, print.printed, print.next, print.trouble]).toEqual([2, 4, 0, '']);
});

test('a day whose papers cannot be made says so, and the same file is tried again', async () => {
  let refuse = true;
  const paths: string[] = [];
  const print = new DayPrint({ printFile: (path) => { paths.push(path); return refuse ? Promise.reject(new Refused('unavailable')) : Promise.resolve(null); } }, '2026-11-25', () => many(5));
  await print.go();
  expect([print.printed, print.trouble !== '']).toEqual([0, true]);
  refuse = false;
  await print.go();
  expect([print.printed, print.trouble, paths[0]]).toEqual([5, '', paths[1]]);
});
