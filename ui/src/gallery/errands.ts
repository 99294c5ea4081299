import type { ChecklistView, HitView, PlanLine, PlanScreen, Row, Screen, SheetView } from '../generated/wire';
import { qrRows } from '../phone/qr';

/** Screens of a visit about a life event, of several forms, and of the search. All of it is made up. */
const both = (ja: string, en: string) => ({ ja, en });

export const ALONE: SheetView = { kind: 'form', name: both('住民票の写し', 'Certificate of residence'), number: 1, of: 1 };
const SECOND: SheetView = { kind: 'form', name: both('国民健康保険 資格取得・喪失届', 'National Health Insurance: joining or leaving'), number: 2, of: 4 };
const MOVE: SheetView = { kind: 'life_event', name: both('引っ越しの手続き', 'Moving'), number: 1, of: 1 };

const yesNo = [
  { id: 'yes', label: both('はい', 'Yes') },
  { id: 'no', label: both('いいえ', 'No') },
  { id: 'unknown', label: both('わからない', 'I do not know') },
];

const department = both('市民課 届出', 'Citizens Division, notifications');
const floor = both('1階', '1st floor');
const line = (rule: string, ja: string, en: string, more: Partial<PlanLine> = {}): PlanLine => ({ rule, name: both(ja, en), department, place: floor, to_confirm: false, overdue: false, bring: [], ...more });
const id = both('本人確認書類', 'Proof of identity');
const certificate = both('転出証明書(マイナンバーカードで転出した方は不要)', 'Certificate of moving out (not needed if you moved out with your My Number Card)');
const cards = both('引っ越す方全員のマイナンバーカードと暗証番号', 'My Number Cards of everybody who moves, and their PINs');
const fortnight = { within: both('14日以内', 'within 14 days'), last_day: '2026-12-04' };
const insurance = both('保険年金課', 'Insurance and Pension');

const moving = line('M1', '転入届', 'Notification of moving in', { ...fortnight, bring: [certificate, cards, id] });
const cardLine = line('M5', 'マイナンバーカードの住所変更・継続利用', 'Address and further use of My Number Cards', { within: both('転入届から90日以内', 'within 90 days of the notification'), bring: [cards], department: both('市民課 マイナンバーカード', 'Citizens Division, My Number Card') });
const cover = line('M8', '国民健康保険 加入', 'National Health Insurance: joining', { ...fortnight, bring: [id], department: insurance });
const child = line('M13', '児童手当 認定請求', 'Child allowance: application', { within: both('転出予定日の翌日から15日以内', 'within 15 days of the planned move'), last_day: '2026-12-07', bring: [both('請求する方の口座がわかるもの', 'Bank account of the applicant')], department: both('ネウボラ推進課', 'Neuvola Division'), place: undefined });
const dog = line('M20', '犬の登録', 'Registration of a dog', { within: both('30日以内', 'within 30 days'), last_day: '2026-12-21', bring: [both('前の市の鑑札', 'Tag of the former city')], department: both('生活衛生課', 'Public Hygiene'), place: undefined });
const water = line('M22', '上下水道の開始・中止', 'Water: beginning or end of use', { department: both('上下水道局', 'Waterworks'), place: undefined, note: both('電話やインターネットでもできます。', 'By telephone or internet, too.') });
const seal = line('M19', '印鑑登録', 'Seal registration', { later: both('転入届が済んだあとにできます。', 'After the notification of moving in.'), bring: [both('登録する印鑑', 'The seal'), both('顔写真のついた本人確認書類', 'Proof of identity with a photograph')], department: both('市民課 証明', 'Citizens Division, certificates') });
const old = line('B24', '印鑑登録は自動で廃止されます', 'The old seal registration ends by itself', { note: both('印鑑登録証はお返しください。', 'Please return its card.') });

const answers: Row[] = [
  { field: 'kind', label: both('引っ越しの種類', 'Kind of move'), value: '市外から福山市へ', from_card: false },
  { field: 'moved_on', label: both('異動日', 'Day of the move'), value: '令和8年11月20日', from_card: false },
  { field: 'insurance', label: both('国民健康保険', 'National Health Insurance'), value: 'はい', from_card: false },
  { field: 'dog', label: both('犬', 'Dog'), value: 'わからない', from_card: false },
];

const stop = (ja: string, en: string, lines: PlanLine[]) => ({ service: both(ja, en), area: both('1階 市民課 待合', '1F, Citizens Division waiting area'), lines });
const forms = [both('住民異動届', 'Notification of change of address'), both('国民健康保険 資格取得・喪失届', 'National Health Insurance'), both('児童手当 認定請求書', 'Child allowance'), both('犬の登録事項変更届', 'Registration of a dog')];

const PLAN_ADDRESS = 'https://www.city.example.jp/uketsuke.html#plan=1.moving.M1~10.M5.M8~10.M19~l.M13~13.M20~27.M22.B24;day=20261124';
export const takeHome: ChecklistView = { state: 'none', can_print: true, left: 3, qr: qrRows(PLAN_ADDRESS, 'Byte') };

const plan: { kind: 'plan' } & PlanScreen = {
  kind: 'plan',
  name: MOVE.name,
  stops: [stop('引っ越し・住所変更', 'Moving and change of address', [moving]), stop('マイナンバーカード', 'My Number Card', [cardLine]), stop('保険・年金', 'Health insurance and pension', [cover])],
  later: [seal],
  elsewhere: [child, { ...dog, to_confirm: true }, water],
  automatic: [old],
  forms,
  answers,
  checklist: takeHome,
};

/** Somebody who knows little, and is late. */
const planLate: typeof plan = {
  ...plan,
  stops: [
    stop('引っ越し・住所変更', 'Moving and change of address', [
      { ...moving, last_day: '2026-11-10', overdue: true },
      line('M7', '届出期間が過ぎた理由書', 'Reason for being late', { note: both('窓口で書いていただきます。', 'You write it at the counter.') }),
    ]),
    stop('保険・年金', 'Health insurance and pension', [
      { ...cover, to_confirm: true },
      line('M10', '国民年金 住所の確認', 'National Pension: address', { to_confirm: true, bring: [both('基礎年金番号がわかるもの', 'Your basic pension number')], department: insurance }),
      line('M12', '後期高齢者医療 住所変更', 'Medical care for the elderly: address', { to_confirm: true, ...fortnight, department: insurance }),
    ]),
  ],
  considerate: false,
  forms: forms.slice(0, 1),
  checklist: { state: 'failed', can_print: false, left: 3 },
};

const bereaved = both('保険年金課', 'Insurance and Pension');
/** As long as a plan gets: everything applies. */
const planLong: typeof plan = {
  ...plan,
  name: both('おくやみの手続き', 'After a death in the family'),
  stops: [
    stop('出生・おくやみ', 'Birth and bereavement', [line('B2', '世帯主変更届', 'Change of the head of household', { ...fortnight, bring: [id, both('別の世帯の方は委任状', 'A letter of authority, if you live elsewhere')] })]),
    stop('保険・年金', 'Health insurance and pension', [
      line('B3', '国民健康保険 資格喪失届', 'National Health Insurance: end of coverage', { ...fortnight, department: bereaved, bring: [both('亡くなった方の資格確認書または保険証(世帯主のときは世帯全員分)', 'Confirmation of coverage or insurance card (of the whole household, if the person was its head)'), id] }),
      line('B4', '国民健康保険 葬祭費の申請', 'National Health Insurance: funeral expenses', { department: bereaved, within: both('2年以内', 'within 2 years'), last_day: '2028-11-19', open_by: '2028-11-17', bring: [both('葬儀の領収書または会葬礼状(喪主の名前がわかるもの)', 'Receipt of the funeral with the chief mourner’s name'), both('喪主の口座がわかるもの', 'Bank account of the chief mourner')] }),
      line('B9', '国民年金 死亡届・未支給年金の請求', 'National Pension: notification and unpaid pension', { ...fortnight, department: bereaved, bring: [both('年金証書', 'Pension certificate'), both('続柄のわかる戸籍', 'Family register'), both('請求する方の口座がわかるもの', 'Bank account of the applicant')] }),
      line('B11', '遺族基礎年金・寡婦年金・死亡一時金', 'Survivors’ pensions', { to_confirm: true, department: bereaved, within: both('2年または5年以内', 'within 2 or 5 years') }),
    ]),
    stop('証明書', 'Certificates', [line('B29', '相続や保険に使う証明書', 'Certificates for inheritance and insurance', { bring: [id], department: both('市民課 証明', 'Citizens Division, certificates') })]),
  ],
  later: [line('B26', '農地・森林を相続した届出', 'Farmland or forest inherited', { later: both('相続の登記が済んだあとにできます。', 'After the inheritance is registered.'), within: both('10か月または90日以内', 'within 10 months or 90 days'), department: both('農林水産課・農業委員会', 'Agriculture'), place: undefined })],
  elsewhere: [
    line('B8', '介護保険 資格喪失・保険証の返却', 'Long-term care: end of coverage', { ...fortnight, department: both('介護保険課', 'Long-term Care Insurance'), place: undefined, bring: [both('介護保険証', 'Care insurance card')] }),
    line('B18', '相続人代表者の指定・現所有者の申告', 'Representative of the heirs', { within: both('3か月以内', 'within 3 months'), last_day: '2027-02-20', department: both('資産税課', 'Property Tax'), place: undefined, bring: [both('相続する方の住所がわかるもの', 'Addresses of the heirs'), id] }),
    { ...dog, name: both('犬の登録事項の変更', 'Dog: change of owner') },
    line('B10', '厚生年金の手続き(年金事務所)', 'Employees’ pension (pension office)', { within: both('10日以内', 'within 10 days'), last_day: '2026-11-30', department: both('福山年金事務所', 'Fukuyama Pension Office'), place: both('市役所の外', 'outside the city office') }),
    line('B30', '市役所の外の手続き', 'Outside the city office', { department: both('市役所の外', 'Outside the city office'), place: undefined, note: both('準確定申告は4か月、相続放棄は3か月、相続税は10か月以内です。銀行・電気・ガス・携帯電話なども忘れずに。', 'Final income tax return within 4 months, renouncing within 3, inheritance tax within 10. Banks, electricity, gas and telephone, too.') }),
  ],
};

const paperRows = (more: Row[]): Row[] => [
  { field: 'name', label: both('氏名', 'Name'), value: '髙橋 花子', from_card: true },
  { field: 'address', label: both('住所', 'Address'), value: 'みどり市中央町一丁目2番3号 みどりハイツ405号室', from_card: true },
  { field: 'birth', label: both('生年月日', 'Date of birth'), value: '昭和55年2月17日', from_card: true },
  ...more,
];
const moved: Row = { field: 'moved_on', label: both('異動日', 'Day of the move'), value: '令和8年11月20日', from_card: false };

const papers = {
  kind: 'papers',
  forms: [
    { procedure: 'idou', name: forms[0] ?? {}, service: both('引っ越し・住所変更', 'Moving and change of address'), open: 0, rows: paperRows([moved, { field: 'head', label: both('新しい世帯主', 'New head of household'), value: '髙橋 花子', from_card: false }]) },
    { procedure: 'kokuho', name: forms[1] ?? {}, service: both('保険・年金', 'Health insurance and pension'), open: 2, rows: paperRows([moved]) },
    { procedure: 'juminhyo', name: ALONE.name, service: both('証明書', 'Certificates'), open: 0, rows: paperRows([{ field: 'copies', label: both('通数', 'Copies'), value: '2通', from_card: false }]), fee: '600円(300円×2)' },
  ],
  services: [both('引っ越し・住所変更', 'Moving and change of address'), both('保険・年金', 'Health insurance and pension'), both('証明書', 'Certificates')],
  spared_names: 4,
  spared_addresses: 3,
  can_add: true,
} satisfies Screen;

const hits: HitView[] = [
  { kind: 'entry', id: 'moving', label: both('引っ越しをした・する', 'I have moved or will move'), note: both('転入・転居・転出・世帯変更', 'Moving in, within or out of the city'), icon: 'moving' },
  { kind: 'procedure', id: 'suido', label: both('上下水道の開始・中止', 'Water: beginning or end of use'), icon: 'certificate' },
  { kind: 'procedure', id: 'tenko', label: both('転校の届', 'Change of school'), icon: 'certificate', closed: { opening: 'closed' } },
];

const person: Extract<Screen, { kind: 'question' }>['field'] = {
  id: 'person_name_1',
  label: both('対象の方1 氏名', 'Person 1: name'),
  question: both('対象の方1のお名前を教えてください', 'What is the name of person 1?'),
  required: true,
  input: { kind: 'text', keyboard: 'ja', max_chars: 100 },
  value: '',
};
/** Two of one name, a name of one part, one with a selector, and one of whom no birth date is known. */
const family = [
  { key: 'idou/family.1', name: '福山 花子', birth: '昭和60年3月3日', chosen: false },
  { key: 'idou/family.2', name: '福山 一郎', birth: '平成27年5月5日', chosen: false },
  { key: 'idou/family.3', name: '福山 一郎', birth: '昭和25年1月1日', chosen: false },
];
const others = [
  { key: 'idou/family.4', name: '芦\u{E0100}田 さくら', birth: '令和2年8月8日', chosen: false },
  { key: 'idou/family.5', name: 'SUHARTO', birth: '平成30年12月31日', chosen: false },
  { key: 'household.head', name: '寿限無寿限無五劫の擦り切れ海砂利水魚の水行末 雲来末風来末', chosen: false },
];

export const ERRANDS = {
  search: { kind: 'search', typed: '', hits: [] },
  search_hits: { kind: 'search', typed: 'ひっこし', hits },
  search_nothing: { kind: 'search', typed: 'かきごおり', hits: [] },
  procedures_add: {
    kind: 'procedures',
    procedures: [
      { id: 'seal', name: both('印鑑登録証明書', 'Seal registration certificate'), note: both('登録した印鑑を証明するものです。', 'It certifies your registered seal.'), documents: [] },
      { id: 'tax', name: both('所得・課税証明書', 'Income and tax certificate'), note: both('前の年の所得と税額を証明するものです。', 'It certifies your income and tax of the year before.'), documents: [] },
    ],
  },
  means_several: { kind: 'means', procedure: { id: 'idou', name: forms[0] ?? {}, documents: [id] }, also: forms.slice(1) },
  question_event: { kind: 'question', sheet: MOVE, field: { id: 'insurance', label: both('国民健康保険', 'National Health Insurance'), question: both('国民健康保険の方がいますか', 'Is anybody in the National Health Insurance?'), required: true, input: { kind: 'choice', options: yesNo }, value: '' } },
  question_event_date: {
    kind: 'question',
    sheet: MOVE,
    field: { id: 'moved_on', label: both('異動日', 'Day of the move'), question: both('引っ越した日、または引っ越す日を教えてください', 'On which day did you move, or will you move?'), required: true, input: { kind: 'date', birth: false }, value: '2026-11-20' },
  },
  question_event_today: {
    kind: 'question',
    sheet: MOVE,
    field: {
      id: 'moved_on',
      label: both('異動日', 'Day of the move'),
      question: both('引っ越した日を教えてください', 'On which day did you move?'),
      required: true,
      input: { kind: 'date', birth: false, not_after_today: true, not_before: '2020-01-01' },
      value: '',
    },
  },
  question_birth: {
    kind: 'question',
    sheet: SECOND,
    field: { id: 'birth', label: both('生年月日', 'Date of birth'), question: both('生年月日を選んでください', 'When were you born?'), required: true, input: { kind: 'date', birth: true }, value: '' },
  },
  question_alone: {
    kind: 'question',
    sheet: MOVE,
    field: {
      id: 'vehicle',
      label: both('車', 'Vehicles'),
      question: both('亡くなった方の名前で登録した車やバイクはありますか', 'Are any of these registered in the person’s name?'),
      required: true,
      input: {
        kind: 'choices',
        options: [
          { id: 'moped', label: both('原付(125cc以下のバイク)・小型特殊', 'Moped or small special vehicle (up to 125 cc)') },
          { id: 'kei', label: both('軽自動車・125ccを超えるバイク', 'Light car, motorcycle over 125 cc') },
          { id: 'none', label: both('ない', 'None'), alone: true },
          { id: 'unknown', label: both('わからない', 'I do not know'), alone: true },
        ],
      },
      value: '',
    },
    draft: 'moped,kei',
  },
  resume: { kind: 'resume' },
  unattached: {
    kind: 'unattached',
    services: [both('引っ越し・住所変更', 'Moving and change of address')],
    papers: [ALONE.name, both('印鑑登録証明書', 'Seal registration certificate')],
    added: [both('証明書', 'Certificates')],
  },
  question_second: {
    kind: 'question',
    sheet: SECOND,
    field: {
      id: 'before',
      label: both('前の住所', 'Former address'),
      question: both('引っ越す前の住所を入力してください', 'What was your address before the move?'),
      help: both('都道府県から、建物の名前と部屋の番号まで入力してください。', 'From the prefecture to the name of the building and the room.'),
      required: true,
      input: { kind: 'text', keyboard: 'ja', max_chars: 200 },
      value: '',
    },
  },
  question_towns: {
    kind: 'question',
    sheet: SECOND,
    field: { id: 'new_address', label: both('新しい住所', 'New address'), question: both('新しい住所はどこですか', 'What is the new address?'), required: true, input: { kind: 'text', keyboard: 'ja', max_chars: 200 }, value: 'ひがし' },
    towns: [
      { name: '広島県福山市東桜町', kana: 'ヒガシサクラマチ', postal: '7200065' },
      { name: '広島県福山市東町', kana: 'ヒガシマチ', postal: '7200052' },
      { name: '広島県福山市東深津町', kana: 'ヒガシフカツチョウ', postal: '7210974' },
      { name: '広島県福山市引野町', kana: 'ヒキノチョウ', postal: '7210942' },
    ],
  },
  question_people: { kind: 'question', sheet: SECOND, field: person, people: family },
  question_people_chosen: {
    kind: 'question',
    sheet: SECOND,
    field: { ...person, value: '福山 一郎' },
    people: family.map((one) => ({ ...one, chosen: one.key === 'idou/family.2' })),
  },
  question_people_many: { kind: 'question', sheet: SECOND, field: person, people: [...family, ...others] },
  plan,
  plan_late: planLate,
  plan_printing: { ...plan, checklist: { ...takeHome, state: 'printing', can_print: false, left: 2 } },
  plan_printed: { ...plan, checklist: { ...takeHome, state: 'printed', left: 2 } },
  plan_no_more: { ...plan, checklist: { state: 'printed', can_print: false, left: 0 } },
  plan_unknown: { ...plan, checklist: { ...takeHome, state: 'unknown', left: 1 } },
  plan_long: planLong,
  plan_empty: { ...plan, stops: [], otherwise: both('引っ越し・住所変更', 'Moving and change of address'), later: [], elsewhere: [], automatic: [], forms: [], checklist: undefined },
  papers,
  papers_considerate: { ...papers, forms: papers.forms.slice(0, 2), considerate: true, can_add: false, spared_addresses: 0 },
  confirm_several: { kind: 'confirm', sheet: { ...SECOND, number: 2, of: 3 }, procedure: { id: 'kokuho', name: SECOND.name, documents: [] }, rows: paperRows([moved]), can_add: true },
  take_answers: { kind: 'take', services: [both('引っ越し・住所変更', 'Moving and change of address')], with_answers: true, waiting: 2, considerate: false },
} satisfies Record<string, Screen>;
