import type { PhoneField, PhonePage, PhoneRule } from '../generated/wire';
import type { Reason } from '../phone/check';

const both = (ja: string, en: string) => ({ ja, en });
const option = (id: string, ja: string, en: string, note?: [string, string]) => ({ id, label: both(ja, en), ...(note && { note: both(...note) }) });
const field = (id: string, label: [string, string], question: [string, string], input: PhoneField['input'], more: Partial<PhoneField> = {}): PhoneField => ({
  id,
  label: both(...label),
  question: both(...question),
  input,
  required: true,
  when: [],
  ask_always: false,
  ...more,
});
const line = (max_chars: number, keyboard = 'ja'): PhoneField['input'] => ({ kind: 'text', keyboard, min_chars: 0, max_chars });

const others = [{ field: 'relation', one_of: ['agent'] }];

const rule = (id: string, ja: string, en: string, more: Partial<PhoneRule> = {}): PhoneRule => ({ id, name: both(ja, en), place: { kind: 'elsewhere' }, department: both('市民課 届出', 'Citizens Division, notifications'), bring: [], ...more });
const counter = (service: string, ja: string, en: string): PhoneRule['place'] => ({ kind: 'counter', service, name: both(ja, en), area: both('1階 市民課 待合', '1F, Citizens Division waiting area') });
const fortnight = both('14日以内', 'within 14 days');
const proof = both('本人確認書類', 'Proof of identity');

/** Some rules of a move. */
const rules: PhoneRule[] = [
  rule('M1', '転入届', 'Notification of moving in', {
    place: counter('moving', '引っ越し・住所変更', 'Moving and change of address'),
    within: fortnight,
    bring: [both('転出証明書(マイナンバーカードで転出した方は不要)', 'Certificate of moving out (not needed if you moved out with your My Number Card)'), both('引っ越す方全員のマイナンバーカードと暗証番号', 'My Number Cards of everybody who moves, and their PINs')],
  }),
  rule('M8', '国民健康保険 加入', 'National Health Insurance: joining', { place: counter('insurance', '保険・年金', 'Health insurance and pension'), department: both('保険年金課', 'Insurance and Pension'), within: fortnight, bring: [proof] }),
  rule('M10', '国民年金 住所の確認', 'National Pension: address', { place: counter('insurance', '保険・年金', 'Health insurance and pension'), department: both('保険年金課', 'Insurance and Pension'), bring: [both('基礎年金番号がわかるもの', 'Your basic pension number')] }),
  rule('M19', '印鑑登録', 'Seal registration', { place: counter('certificates', '証明書', 'Certificates'), department: both('市民課 証明', 'Citizens Division, certificates'), department_place: both('1階', '1st floor'), later: both('転入届が済んだあとにできます。', 'After the notification of moving in.'), bring: [both('登録する印鑑', 'The seal'), both('顔写真のついた本人確認書類', 'Proof of identity with a photograph')] }),
  rule('M13', '児童手当 認定請求', 'Child allowance: application', { department: both('ネウボラ推進課', 'Neuvola Division'), within: both('転出予定日の翌日から15日以内', 'within 15 days of the planned move'), bring: [both('請求する方の口座がわかるもの', 'Bank account of the applicant')] }),
  rule('M22', '上下水道の開始・中止', 'Water: beginning or end of use', { department: both('上下水道局', 'Waterworks'), note: both('電話やインターネットでもできます。', 'By telephone or internet, too.') }),
  rule('B24', '印鑑登録は自動で廃止されます', 'The old seal registration ends by itself', { place: { kind: 'automatic' }, note: both('印鑑登録証はお返しください。', 'Please return its card.') }),
];

/** A page as an office exports it, with the key of RFC 9180, appendix A.3.1. */
export const phonePage: PhonePage = {
  office: both('福山市 市民課', 'Fukuyama City, Citizens Division'),
  zone: 'Asia/Tokyo',
  valid_days: 14,
  key: { id: '8710CEE5', public: 'BP6MGc4JBRkevCmKkkV5JTHybwzs4kYGOei8Oct_cGqCanebTPlpuKDlOcf2L7PTCtaqj4DjDx0Siq_WiiznLqA' },
  languages: [{ language: { tag: 'ja', name: '日本語' }, words: {} }, { language: { tag: 'en', name: 'English' }, words: {} }],
  plans: [{ id: 'moving', name: both('引っ越しの手続き', 'Moving'), rules }],
  telephone: '084-921-2111',
  procedures: [
    {
      id: 'juminhyo',
      name: both('住民票の写し', 'Certificate of residence'),
      fees: [{ each_yen: 300, times: 'copies', when: [], confirmed: false }],
      note: both('住んでいることの証明です。', 'Proof of where you live and with whom.'),
      digest: '0102030405060708',
      documents: [
        { name: both('本人確認書類(マイナンバーカード・運転免許証など)', 'Identity document (My Number Card, driving licence, residence card …)'), when: [] },
        { name: both('委任状(代理人の場合)', 'Letter of authority (if you come for somebody else)'), when: others },
      ],
      fields: [
        field('applicant_name', ['氏名', 'Name'], ['あなたのお名前を教えてください', 'What is your name?'], line(100), { help: both('姓と名の間に空白を入れてください。', 'As it is registered in Japan.') }),
        field('applicant_kana', ['フリガナ', 'Reading in katakana'], ['お名前の読みをカタカナで教えてください', 'How is your name read in katakana?'], line(100, 'kana')),
        field('applicant_address', ['住所', 'Address'], ['あなたのご住所を教えてください', 'What is your address?'], line(200)),
        field('applicant_birth', ['生年月日', 'Date of birth'], ['あなたの生年月日を教えてください', 'What is your date of birth?'], { kind: 'date', birth: true, not_after_today: false }),
        field('relation', ['必要な方との関係', 'Whose certificate'], ['どなたの証明書ですか', 'Whose certificate do you need?'], {
          kind: 'choice',
          options: [option('self', '本人(自分)', 'My own'), option('household', '同じ世帯の家族', 'A member of my household'), option('agent', '頼まれて来た(代理人)', 'Somebody who was asked to come', ['委任状が必要です', 'You need a letter of authority'])],
        }),
        field('subject_name', ['必要な方の氏名', 'That person’s name'], ['その方のお名前を教えてください', 'What is that person’s name?'], line(100), { when: others }),
        field('show', ['載せる項目', 'What to show'], ['証明書に載せるものを選んでください', 'What should it show?'], {
          kind: 'choices',
          options: [option('head', '世帯主と続柄', 'Head of household and relationship'), option('honseki', '本籍と筆頭者', 'Registered domicile'), option('history', '前の住所', 'Earlier address')],
          none: both('記載しない', 'None'),
        }, { required: false }),
        field('copies', ['通数', 'Copies'], ['何通必要ですか', 'How many copies do you need?'], { kind: 'number', min: 1, max: 20, unit: both('通', 'copies') }),
        field('phone', ['電話番号', 'Telephone'], ['日中に連絡のつく電話番号を教えてください', 'Where can we call you during the day?'], { kind: 'phone' }, { required: false }),
      ],
    },
    {
      id: 'letter',
      name: both('長い申出書', 'A long statement'),
      digest: '0102030405060709',
      documents: [],
      fields: Array.from({ length: 6 }, (_, at) => field(`part_${String(at)}`, [`事情${String(at + 1)}`, `Part ${String(at + 1)}`], ['事情を教えてください', 'Please tell us'], line(500))),
    },
  ],
};

const started = { applicant_name: '\u{FA1B}山　太郎', applicant_kana: 'フクヤマ　タロウ', applicant_address: '広島県福山市東桜町3番5号' };
const finished = { ...started, applicant_birth: '1980-02-17', relation: 'agent', subject_name: '髙橋 𠮷野', show: 'head,history', copies: '2', phone: '084-928-1058' };
/** Signs that no compression makes small. */
const unlike = (seed: number) => Array.from({ length: 250 }, (_, at) => String.fromCodePoint(0x4e00 + ((seed * 7919 + at * at * 31 + at * 977) % 20_000))).join('');

export interface PhoneSituation {
  procedure: string;
  answers: Record<string, string>;
  /** What stands behind `#` in the address. */
  behind?: string;
  refused?: Reason;
  code?: boolean;
  /** As in a browser that cannot encrypt. */
  keyless?: boolean;
}

/** Every state of the phone page. */
export const phones: Record<string, PhoneSituation | null> = {
  choose: null,
  plan: { procedure: '', answers: {}, behind: 'plan=1.moving.M1~-3.M8~c10.M10~c.M19~l.M13~11x1.M22.B24;day=20261124' },
  plan_older: { procedure: '', answers: {}, behind: 'plan=1.moving.M1~14.X1.X2;day=20261124' },
  plan_broken: { procedure: '', answers: {}, behind: 'plan=1.moving.M1~;day=20261124' },
  question_text: { procedure: 'juminhyo', answers: {} },
  question_kana: { procedure: 'juminhyo', answers: { applicant_name: started.applicant_name }, refused: 'not_kana' },
  question_date: { procedure: 'juminhyo', answers: started },
  question_date_refused: { procedure: 'juminhyo', answers: started, refused: 'required' },
  question_choice: { procedure: 'juminhyo', answers: { ...started, applicant_birth: '1980-02-17' } },
  question_choices: { procedure: 'juminhyo', answers: { ...started, applicant_birth: '1980-02-17', relation: 'self' } },
  question_number: { procedure: 'juminhyo', answers: { ...started, applicant_birth: '1980-02-17', relation: 'self', show: '' }, refused: 'out_of_range' },
  question_phone: { procedure: 'juminhyo', answers: { ...started, applicant_birth: '1980-02-17', relation: 'self', show: '', copies: '1' } },
  review: { procedure: 'juminhyo', answers: finished },
  code: { procedure: 'juminhyo', answers: finished, code: true },
  old_browser: { procedure: 'juminhyo', answers: finished, code: true, keyless: true },
  too_long: { procedure: 'letter', answers: Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`part_${String(at)}`, unlike(at + 1)])), code: true },
};
