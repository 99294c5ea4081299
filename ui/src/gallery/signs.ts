import type { SheetToSign, TabletView } from '../generated/wire';
import { Refused } from '../host/host';
import type { Point, Strokes } from '../sign/strokes';
import type { Situation } from './host';

const both = (ja: string, en: string) => ({ ja, en });
const REQUEST = '019ab2f3-5c00-7000-8000-0000000000e1';
const idle: TabletView = { office: both('みどり市 市民課', 'Midori City, Citizens’ Affairs'), counter: both('3番窓口', 'Counter 3') };
const rows: [string, string, string][] = [
  ['届の種類', 'Kind', '資格取得'],
  ['取得の事由', 'Reason', '転入'],
  ['異動日', 'Day', '令和8年11月20日'],
  ['氏名', 'Name', '髙橋 花子'],
  ['住所', 'Address', 'みどり市中央町一丁目2番3号 みどりハイツ405号室'],
  ['生年月日', 'Date of birth', '昭和55年2月17日'],
  ['電話番号', 'Telephone', '090-0000-0000'],
  ['世帯主', 'Head of the household', '届出人に同じ'],
  ['マイナ保険証', 'Card as insurance card', '全員登録済み'],
  ['納付方法', 'Payment', '口座振替'],
];
const sheet: SheetToSign = {
  language: 'ja',
  form: both('国民健康保険の加入・やめる届', 'National Health Insurance'),
  rows: rows.map(([ja, en, value]) => ({ label: both(ja, en), value })),
};
const short: SheetToSign = { ...sheet, rows: sheet.rows.slice(0, 4), fee: '300円(1件300円 × 1件)' };

/** Each answer after the other, then none: as a hub that has no news. */
function told(...answers: (TabletView | Refused)[]): Situation['answers'] {
  let at = 0;
  const next = () => {
    const answer = answers[at];
    at += 1;
    if (answer instanceof Refused) throw answer;
    return answer ?? new Promise(() => undefined);
  };
  return { '/api/sign?shows=-': next, '/api/sign?shows=': next, [`/api/sign?shows=${REQUEST}`]: next };
}

/** Two characters and a dot, as a finger draws them. */
export const written: Strokes = [
  [[500, 300], [900, 280], [880, 420], [520, 760], [900, 740]],
  [[700, 180], [690, 820]],
  [[1_300, 260], [1_800, 240], [1_560, 260], [1_540, 560], [1_300, 800]],
  [[1_540, 560], [1_860, 800]],
  [[2_300, 300], [2_350, 380]],
  curve(2_600, 500, 260),
];
function curve(x: number, y: number, radius: number): Point[] {
  return Array.from({ length: 24 }, (_, at) => [Math.round(x + radius * Math.cos(at / 3.6)), Math.round(y + radius * Math.sin(at / 3.6))]);
}

/** The tablet of a counter in every state. */
export const signs: Record<string, Situation> = {
  idle: { answers: told(idle) },
  sheet: { answers: told({ ...idle, request: REQUEST, sheet }) },
  sheet_short: { answers: told({ ...idle, request: REQUEST, sheet: short }) },
  sheet_en: { answers: told({ ...idle, request: REQUEST, sheet: { ...sheet, language: 'en' } }) },
  written: { answers: told({ ...idle, request: REQUEST, sheet }), written },
  over: { answers: told({ ...idle, request: REQUEST, sheet }, idle) },
  away: { answers: { '/api/sign?shows=-': new Refused('hub_away') } },
  refused: { answers: { '/api/sign?shows=-': new Refused('forbidden') } },
};
