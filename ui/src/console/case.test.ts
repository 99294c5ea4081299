import { expect, test } from 'vitest';

import type { CaseRow, CaseView, FormView, LineView } from '../generated/wire';
import { attentionOf, dayOfTyping, differing, groupsOf, openLines, pressed, typingOfDay } from './case';

const text = (ja: string) => ({ ja });
const line = (rule: string, more: Partial<LineView> = {}): LineView => ({
  rule, name: text(rule), kind: 'procedure', department: text('市民課'), place: text('1階'), service: 'moving', certainty: 'due',
  overdue: false, bring: [], forms: [], state: 'open', ...more,
});
const row = (field: string, more: Partial<CaseRow> = {}): CaseRow => ({
  field, label: text(field), value: 'あ', raw: 'あ', provenance: 'typed', missing: false, doubtful: [], history: [], ...more,
});
const caseOf = (lines: LineView[], rows: CaseRow[] = []): CaseView => ({
  revision: 1, finished_at: 0, spared: { names: 0, addresses: 0 },
  forms: [{ procedure: 'idou', name: text('異動届'), service: 'moving', editable: true, unfinished: false, signature: { mode: 'paper' }, rows, documents: [], notes: [] }],
  plan: { life_event: 'moving', name: text('引っ越し'), answers: [], lines },
});

test('lines stand with the department that sees to them, in the order of the plan, and what happens by itself last', () => {
  const insurance = { department: text('保険年金課'), place: text('2階'), service: 'insurance' };
  const groups = groupsOf([line('M1'), line('M8', insurance), line('M2'), line('M9', { kind: 'guidance', service: undefined, department: text('年金事務所'), place: undefined }), line('M5', { kind: 'automatic' })]);
  expect(groups.map((group) => [group.department?.ja, group.lines.map((one) => one.rule)])).toEqual([
    ['市民課', ['M1', 'M2']],
    ['保険年金課', ['M8']],
    ['年金事務所', ['M9']],
    [undefined, ['M5']],
  ]);
});

test('what is seen to at this counter stands first', () => {
  const lines = [line('M8', { service: 'insurance', department: text('保険年金課') }), line('M1'), line('M5', { kind: 'automatic' })];
  expect(groupsOf(lines, 'moving').map((group) => group.department?.ja)).toEqual(['市民課', '保険年金課', undefined]);
});

test('what another counter’s form lacks is asked there', () => {
  const found = caseOf([], [row('phone', { value: '', raw: '', missing: true })]);
  expect(attentionOf(found)).toHaveLength(1);
  expect(attentionOf({ ...found, forms: found.forms.map((form) => ({ ...form, editable: false })) })).toEqual([]);
});

test('a state that is pressed again is taken back', () => {
  expect(pressed(line('B1'), 'done')).toBe('done');
  expect(pressed(line('B1', { state: 'done' }), 'done')).toBe('open');
  expect(pressed(line('B1', { state: 'done' }), 'later')).toBe('later');
});

test('on top stands what is to be confirmed, too late or missing, as long as nobody has settled it', () => {
  const found = caseOf(
    [line('B1'), line('B2', { certainty: 'to_confirm' }), line('B3', { overdue: true }), line('B4', { certainty: 'to_confirm', state: 'not_needed' })],
    [row('name'), row('phone', { value: '', raw: '', missing: true })],
  );
  const seen = attentionOf(found).map((one) => (one.kind === 'missing' ? `missing ${one.row.field}` : one.kind === 'unsigned' ? 'unsigned' : `${one.kind} ${one.line.rule}`));
  expect(seen).toEqual(['confirm B2', 'overdue B3', 'missing phone']);
  expect(openLines(found.plan?.lines ?? [])).toBe(3);
});

test('a signature that a change has voided is seen to first, until it is given again', () => {
  const found = caseOf([], [row('name')]);
  const given = { at: 1, by: '佐藤', tablet: 'タブレット1' };
  const signed = (signature: FormView['signature']) => attentionOf({ ...found, forms: found.forms.map((form) => ({ ...form, signature })) }).map((one) => one.kind);
  expect(signed({ mode: 'tablet' })).toEqual([]);
  expect(signed({ mode: 'tablet', voided: [{ ...given, voided_at: 2 }] })).toEqual(['unsigned']);
  expect(signed({ mode: 'tablet', voided: [{ ...given, voided_at: 2 }], given })).toEqual([]);
});

test.each([
  ['広島県福山市東桜町3番5号', '広島県福山市南町3番5号', ['広島県福山市', '東桜', '町3番5号']],
  ['同じ', '同じ', ['同じ', '', '']],
  ['𠮷野', '吉野', ['', '𠮷', '野']],
  ['あああ', 'ああ', ['ああ', 'あ', '']],
  ['', '山田', ['', '', '']],
])('what differs in %s from %s is the middle part', (value, card, parts) => {
  expect(differing(value, card)).toEqual(parts);
});

test.each([
  ['昭和55年2月17日', '1980-02-17'],
  ['S55.2.17', '1980-02-17'],
  ['ｓ５５／２／１７', '1980-02-17'],
  ['令和元年5月1日', '2019-05-01'],
  ['H31.4.30', '2019-04-30'],
  ['2026-11-24', '2026-11-24'],
  ['2026年1月5日', '2026-01-05'],
  ['20260105', '2026-01-05'],
  ['昭和64年1月7日', '1989-01-07'],
  ['昭和64年2月1日', null],
  ['平成元年1月7日', null],
  ['令和1年4月30日', null],
  ['2026-02-30', null],
  ['きのう', null],
  ['昭和29年', '1954'],
  ['昭和29年(月日不詳)', '1954'],
  ['S29', '1954'],
  ['S29.5', '1954-05'],
  ['昭和29年5月', '1954-05'],
  ['昭和29年5月(日不詳)', '1954-05'],
  ['1954', '1954'],
  ['1954年5月', '1954-05'],
  ['1954-05', '1954-05'],
  ['19540000', '1954'],
  ['19540500', '1954-05'],
  ['昭和64年', '1989'],
  ['平成元年1月', '1989-01'],
  ['昭和64年2月', null],
  ['昭和65年', null],
  ['1954-13', null],
  ['1872', null],
])('%s typed is the day %s', (typed, iso) => {
  expect(dayOfTyping(typed)).toBe(iso);
});

test.each(['1954', '1954-05', '1989', '1989-01', '1873-01-01', '1989-01-07', '1989-01-08', '2019-04-30', '2019-05-01', '2026-11-24'])('the day %s is typed as it is read', (iso) => {
  expect(dayOfTyping(typingOfDay(iso))).toBe(iso);
});
