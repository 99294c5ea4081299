import type { PhoneField, PhonePage } from '../generated/wire';
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

/** A page as an office exports it, with the key of RFC 9180, appendix A.3.1. */
export const phonePage: PhonePage = {
  office: both('福山市 市民課', 'Fukuyama City, Citizens Division'),
  zone: 'Asia/Tokyo',
  valid_days: 14,
  key: { id: '8710CEE5', public: 'BP6MGc4JBRkevCmKkkV5JTHybwzs4kYGOei8Oct_cGqCanebTPlpuKDlOcf2L7PTCtaqj4DjDx0Siq_WiiznLqA' },
  languages: [{ language: { tag: 'ja', name: '日本語' }, words: {} }, { language: { tag: 'en', name: 'English' }, words: {} }],
  procedures: [
    {
      id: 'juminhyo',
      name: both('住民票の写し', 'Certificate of residence'),
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
          options: [option('self', '本人(自分)', 'My own'), option('household', '同じ世帯の家族', 'A member of my household'), option('agent', '頼まれて来た(代理人)', 'Somebody who asked me to come', ['委任状が必要です', 'You need a letter of authority'])],
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
  refused?: Reason;
  code?: boolean;
  /** As in a browser that cannot encrypt. */
  keyless?: boolean;
}

/** Every state of the phone page. */
export const phones: Record<string, PhoneSituation | null> = {
  choose: null,
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
