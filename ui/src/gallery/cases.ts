import type { CaseRow, CaseView, ChangeCase, FormView, Input, LineView, PlanView } from '../generated/wire';
import { Refused } from '../host/host';
import { NOW } from './fixtures';

const MINUTE_MS = 60_000;
const both = (ja: string, en: string) => ({ ja, en });
const text: Input = { kind: 'text', keyboard: 'ja', max_chars: 200 };
const choice = (...options: [string, string, string][]): Input => ({ kind: 'choice', options: options.map(([id, ja, en]) => ({ id, label: both(ja, en) })) });

function row(field: string, label: CaseRow['label'], value: string, provenance: CaseRow['provenance'], more: Partial<CaseRow> = {}): CaseRow {
  return { field, label, value, raw: value, provenance, missing: false, doubtful: [], history: [], input: text, ...more };
}
/** Every invented person of the gallery; nobody of them exists. */
const NAME = '髙橋 花子';
const ADDRESS = 'みどり市中央町一丁目2番3号 みどりハイツ405号室';

const residence: FormView = {
  procedure: 'juminhyo',
  name: both('住民票の写し等交付請求', 'Certificate of residence'),
  service: 'certificates',
  editable: true,
  unfinished: false,
  signature: { mode: 'paper' },
  rows: [
    row('name', both('氏名', 'Name'), NAME, 'card', { doubtful: ['髙'] }),
    row('address', both('住所', 'Address'), ADDRESS, 'card'),
    row('birth', both('生年月日', 'Date of birth'), '昭和55年2月17日', 'card', { raw: '1980-02-17', input: { kind: 'date', birth: true } }),
    row('phone', both('電話番号', 'Telephone'), '090-0000-0000', 'typed', { raw: '09000000000', input: { kind: 'phone' } }),
    row('scope', both('必要な人', 'Persons'), '世帯全員', 'typed', { raw: 'all', input: choice(['all', '世帯全員', 'All of the household'], ['some', '一部の人', 'Some']) }),
    row('copies', both('通数', 'Copies'), '2通', 'typed', { raw: '2', input: { kind: 'number', min: 1, max: 10, unit: both('通', 'copies') } }),
    row('purpose', both('使いみち', 'Purpose'), '勤務先への提出', 'typed'),
  ],
  documents: [both('本人確認書類(マイナンバーカード、運転免許証など)', 'Proof of identity (My Number card, driving licence …)')],
  fee: '600円(1通300円 × 2通)',
  notes: ['続柄・本籍の記載が必要かどうかを口頭で確認してください。'],
};

export const caseView: CaseView = {
  revision: 1,
  finished_at: NOW - 23 * MINUTE_MS,
  forms: [residence],
  card: { document: 'my_number', genuineness: 'genuine', cautions: ['beyond_jis_x0213'] },
  spared: { names: 1, addresses: 1 },
};

const withRows = (change: (row: CaseRow) => CaseRow): FormView[] => [{ ...residence, rows: residence.rows.map(change) }];

/** The same from a licence whose address may be old. */
export const caseOfLicence: CaseView = {
  ...caseView,
  forms: withRows((one) =>
    one.field === 'name'
      ? { ...one, value: '〓橋 花子', doubtful: ['〓'] }
      : one.field === 'address'
        ? { ...one, provenance: 'card_edited', of_card: 'みどり市中央町一丁目2番3号 みどりハイツ203号室' }
        : one,
  ),
  card: { document: 'drivers_licence', genuineness: 'not_checked', cautions: ['address_changed_since', 'missing_character'] },
};

/** The same with a signature that does not fit. */
export const caseRefused: CaseView = { ...caseView, card: { document: 'my_number', genuineness: 'refused', cautions: ['expired', 'private_use'] } };

/** Everything was typed. */
export const caseTyped: CaseView = {
  ...caseView,
  card: undefined,
  forms: withRows((one) => ({ ...one, provenance: 'typed', doubtful: [] })),
  spared: { names: 0, addresses: 0 },
};

/** Another counter sees to it: it is only read. */
export const caseReadOnly: CaseView = {
  ...caseView,
  forms: [{ ...residence, service: 'moving', editable: false, rows: residence.rows.map((one) => ({ ...one, input: undefined })) }],
};

const insured = (signature: FormView['signature']): CaseView => ({
  ...caseView,
  forms: [{ ...residence, procedure: 'kokuho', name: both('国民健康保険の加入・やめる届', 'National Health Insurance'), fee: undefined, signature }],
});
const signedAt = { at: NOW - 4 * MINUTE_MS, by: 'suzuki', tablet: '3番窓口のタブレット' };
/** The same form, to be signed on the counter's tablet, and what became of that. */
export const caseToSign = insured({ mode: 'tablet' });
export const caseSigned = insured({ mode: 'tablet', given: signedAt });
export const caseVoided = insured({ mode: 'tablet', voided: [{ ...signedAt, voided_at: NOW - MINUTE_MS }] });

/** It was handed to a clerk with what is there, and a clerk has begun to mend it. */
export const caseUnfinished: CaseView = {
  ...caseView,
  revision: 3,
  forms: [
    {
      ...residence,
      unfinished: true,
      rows: residence.rows.map((one) => {
        if (one.field === 'purpose') return { ...one, value: '', raw: '', missing: true };
        if (one.field === 'copies') {
          const change = (before: string, after: string, minutes: number) => ({ before, after, by: 'suzuki', at: NOW - minutes * MINUTE_MS });
          return { ...one, provenance: 'clerk', history: [change('1通', '3通', 6), change('3通', '2通', 4)] };
        }
        if (one.field === 'address') return { ...one, provenance: 'clerk', of_card: 'みどり市南町4番5号', history: [{ before: 'みどり市南町4番5号', after: ADDRESS, by: 'tanaka', at: NOW - 2 * MINUTE_MS }] };
        return one;
      }),
    },
  ],
};

const citizens = { department: both('市民課', 'Citizens’ Affairs'), place: both('1階 1〜4番窓口', '1st floor, counters 1–4'), service: 'certificates' };
const insurance = { department: both('保険年金課', 'Insurance and Pension'), place: both('1階 7番窓口', '1st floor, counter 7'), service: 'insurance' };
const childcare = { department: both('こども支援課', 'Child Support'), place: both('2階 9番窓口', '2nd floor, counter 9'), service: 'children' };
const line = (rule: string, name: LineView['name'], more: Partial<LineView>): LineView => ({
  rule, name, kind: 'procedure', ...citizens, certainty: 'due', overdue: false, bring: [], forms: [], state: 'open', ...more,
});
const card = both('資格確認書または保険証', 'Insurance card');

const plan: PlanView = {
  life_event: 'bereavement',
  name: both('ご家族が亡くなられたとき', 'After a death in the family'),
  answers: [
    row('householder', both('世帯主でしたか', 'Head of the household'), 'はい', 'typed', { raw: 'yes', input: choice(['yes', 'はい', 'Yes'], ['no', 'いいえ', 'No'], ['unknown', 'わからない', 'I do not know']) }),
    row('pension', both('年金', 'Pension'), 'わからない', 'typed', { raw: 'unknown', input: choice(['yes', '受けていた', 'Received'], ['no', '受けていない', 'None'], ['unknown', 'わからない', 'I do not know']) }),
    row('died_on', both('亡くなった日', 'Day of death'), '令和8年11月10日', 'typed', { raw: '2026-11-10', input: { kind: 'date', birth: false } }),
  ],
  lines: [
    line('B2', both('世帯主変更届', 'Change of the head of the household'), { forms: ['idou'], last_day: '2026-11-24', deadline: both('14日以内', 'Within 14 days'), bring: [both('本人確認書類', 'Proof of identity')] }),
    line('B29', both('戸籍・除票の証明書', 'Family register and removed residence'), { forms: ['juminhyo'] }),
    line('B3', both('国民健康保険の資格喪失届', 'Leaving National Health Insurance'), { ...insurance, overdue: true, last_day: '2026-11-20', bring: [card], forms: ['kokuho'] }),
    line('B4', both('葬祭費の支給申請', 'Funeral benefit'), { ...insurance, last_day: '2028-11-10', bring: [both('会葬礼状または葬儀の領収書', 'Funeral receipt'), both('喪主の口座', 'Account of the chief mourner')] }),
    line('B9', both('未支給年金の請求', 'Pension not yet paid'), { ...insurance, certainty: 'to_confirm', bring: [both('年金証書', 'Pension certificate')], later: both('戸籍に死亡が載るまで数日かかります', 'The register takes some days') }),
    line('B13', both('児童手当の受給者変更', 'Child allowance: new recipient'), { ...childcare, certainty: 'to_confirm', deadline: both('15日以内', 'Within 15 days') }),
    line('B10', both('厚生年金の手続き', 'Employees’ pension'), { kind: 'guidance', department: both('年金事務所', 'Pension office'), place: both('予約 0570-05-4890', 'By appointment 0570-05-4890'), service: undefined }),
    line('B24', both('印鑑登録は自動で廃止されます', 'The seal registration ends by itself'), { kind: 'automatic', note: both('マイナンバーカードは、相続の手続きが済むまで持っていてかまいません。', 'The My Number card may be kept until the inheritance is settled.') }),
  ],
};

const moving: FormView = {
  ...residence,
  procedure: 'idou',
  name: both('住民異動届', 'Notice of change of residence'),
  rows: [
    row('name', both('届け出る人', 'Filed by'), NAME, 'card'),
    row('address', both('住所', 'Address'), ADDRESS, 'card'),
    row('head', both('新しい世帯主', 'New head'), '', 'typed', { raw: '', missing: true }),
  ],
  fee: undefined,
  notes: [],
};
const health: FormView = {
  ...residence,
  procedure: 'kokuho',
  name: both('国民健康保険 資格喪失届', 'Leaving National Health Insurance'),
  service: 'insurance',
  editable: false,
  rows: [row('name', both('届け出る人', 'Filed by'), NAME, 'card'), row('address', both('住所', 'Address'), ADDRESS, 'card')].map((one) => ({ ...one, input: undefined })),
  fee: undefined,
  documents: [card],
  notes: [],
};

/** A family after a death: a plan with several forms, one of them another counter's. */
export const casePlan: CaseView = { ...caseView, revision: 4, forms: [moving, residence, health], plan, spared: { names: 5, addresses: 3 } };

const by = (lines: LineView[], change: (one: LineView, index: number) => Partial<LineView>): LineView[] => lines.map((one, index) => ({ ...one, ...change(one, index) }));

/** Seen from a counter that does not own the sensitive answers. */
export const caseElsewhere: CaseView = {
  ...casePlan,
  forms: [
    residence,
    {
      ...health,
      rows: [
        ...health.rows,
        row('bank_number', both('口座番号', 'Account number'), '', 'typed', { raw: '', input: undefined, hidden: true }),
        row('account_holder', both('口座名義(カナ)', 'Account holder'), '', 'typed', { raw: '', input: undefined, hidden: true }),
      ],
    },
  ],
  plan: {
    ...plan,
    lines: [
      ...plan.lines.slice(0, 4),
      line('#5', {}, { hidden: true, department: both('障がい福祉課', 'Disability Welfare'), place: undefined, service: undefined, bring: [], forms: [], note: undefined, last_day: undefined, deadline: undefined }),
    ],
  },
};

/** A form whose procedure is gone, and a field that was renamed. */
export const caseGone: CaseView = {
  ...caseView,
  revision: 3,
  forms: [
    {
      ...residence,
      rows: [...residence.rows.slice(0, 4), row('daytime_phone', both('日中の連絡先', 'Telephone during the day'), '084-928-1058', 'typed', { raw: '', input: undefined, gone: true })],
    },
    { ...health, procedure: 'old_form', gone: true, documents: [], rows: health.rows.map((one) => ({ ...one, raw: '' })) },
  ],
};

/** Half of it is settled; of one line something else was said before, and to another the answers lead no more. */
const settled: LineView[] = by(plan.lines, (_, index) => (index < 5 ? { state: (['done', 'not_needed', 'done', 'later', 'done'] as const)[index], by: index < 2 ? 'tanaka' : 'suzuki', at: NOW - (20 - index) * MINUTE_MS } : {}));
const unsaid = line('B22', both('犬の登録事項の変更', 'New owner of a dog'), { state: 'done', by: 'suzuki', at: NOW - 18 * MINUTE_MS, no_longer: true });
export const casePlanHalf: CaseView = {
  ...casePlan,
  plan: { ...plan, lines: [...by(settled, (_, index) => (index === 3 ? { earlier: [{ state: 'done' as const, by: 'tanaka', at: NOW - 25 * MINUTE_MS }] } : {})), unsaid] },
};

/** All of it is settled, and the forms are another counter's. */
export const casePlanDone: CaseView = {
  ...casePlan,
  forms: [],
  plan: { ...plan, lines: by(plan.lines, () => ({ state: 'done', by: 'tanaka', at: NOW - 5 * MINUTE_MS })) },
};

/** Answers that call for nothing. */
export const casePlanEmpty: CaseView = { ...casePlan, forms: [], plan: { ...plan, lines: [] } };

/** A hub that keeps what is marked, for the gallery's visitors; what a form would not take it refuses as the form does. */
export function caseDesk(first: CaseView): (body: unknown) => CaseView {
  let now = first;
  return (body) => {
    const { change } = body as ChangeCase;
    const revision = now.revision + 1;
    if (change.kind === 'line' && now.plan) {
      const lines = by(now.plan.lines, (one) => (one.rule === change.rule ? { state: change.state, by: 'tanaka', at: NOW } : {}));
      now = { ...now, revision, plan: { ...now.plan, lines } };
    } else if (change.kind === 'answer' && now.plan) {
      const answers = now.plan.answers.map((one) => (one.field === change.field ? { ...written(one, change.value), value: one.input?.kind === 'choice' ? one.input.options.find((option) => option.id === change.value)?.label.ja ?? change.value : change.value } : one));
      now = { ...now, revision, plan: { ...now.plan, answers } };
    } else if (change.kind === 'value') {
      const forms = now.forms.map((form) => ({ ...form, rows: form.rows.map((one) => (form.procedure === change.procedure && one.field === change.field ? written(one, change.value) : one)) }));
      now = { ...now, revision, forms };
    }
    return now;
  };
}

function written(one: CaseRow, value: string): CaseRow {
  if (value === '') throw new Refused('answer_refused', 'required');
  if (one.input?.kind === 'date' && !/^\d{4}-/.test(value)) throw new Refused('answer_refused', 'not_a_date');
  const history = [...one.history, { before: one.value, after: value, by: 'tanaka', at: NOW }];
  return { ...one, value, raw: value, missing: false, provenance: 'clerk', of_card: one.provenance === 'card' ? one.value : one.of_card, history };
}
