import type { CodesOfForm, ExportBatch, ExportCodes, ExportedBatch, ExportFault, ExportSheet, ExportSymbol, ExportTarget, HandedOver, HandOver } from '../generated/wire';
import { Refused } from '../host/host';
import { office } from './fixtures';
import type { Situation } from './host';

/** Cases on their way to other systems. Every person and every system is made up. */
const both = (ja: string, en: string) => ({ ja, en });
export const handed = office.tickets.find((one) => one.number === 'A-012') ?? office.tickets[0];
const target: ExportTarget = {
  id: 'shomei_hakko',
  name: both('証明書発行(住民票の写し等)', 'Certificates of residence'),
  procedures: ['juminhyo'],
  example: true,
  ways: ['screen', 'csv', 'codes', 'batch'],
};
const other: ExportTarget = { id: 'kiroku', name: both('交付記録', 'Record of certificates'), procedures: ['juminhyo', 'idou'], example: false, ways: ['screen', 'csv'] };
export const exportTargets: ExportTarget[] = [target, other];
const name = both('住民票の写し等交付請求', 'Certificate of residence');
export const exportSheet: ExportSheet = {
  forms: [
    {
      procedure: 'juminhyo',
      name,
      faults: [],
      groups: [
        {
          title: '請求',
          cells: [
            { header: '様式版', value: '1' },
            { header: '受付番号', value: 'A-012' },
            { header: '請求日', value: '20261124' },
          ],
        },
        {
          title: '請求者',
          cells: [
            { header: '氏名', value: '𠮷野 花子', provenance: 'card' },
            { header: 'カナ', value: 'ﾖｼﾉ ﾊﾅｺ', provenance: 'typed' },
            { header: '生年月日', value: '3550217', provenance: 'card' },
            { header: '住所', value: 'みどり市中央町一丁目2番3号 みどりハイツ405号室', provenance: 'card' },
            { header: '電話番号', value: '090-0000-0000', provenance: 'typed' },
          ],
        },
        {
          title: '証明書',
          cells: [
            { header: '種類', value: '1', provenance: 'typed' },
            { header: '通数', value: '2', provenance: 'typed' },
            { header: '使いみち', value: '' },
          ],
        },
      ],
    },
  ],
};
const faults: ExportFault[] = [
  { header: '住所', kind: 'too_long', chars: 26, chars_max: 20 },
  { header: 'カナ', kind: 'no_form', characters: [{ character: 'ヰ', code_points: 'U+30F0' }] },
  { header: '日中の連絡先', kind: 'unanswered' },
];
const two: ExportSheet = { forms: exportSheet.forms.flatMap((form) => [{ ...form, faults }, { ...form, procedure: 'idou', name: both('住民異動届', 'Notification of moving') }]) };

const rare: ExportFault[] = [
  { header: '氏名', kind: 'not_encodable', characters: [{ character: '𠮷', code_points: 'U+20BB7' }] },
  { header: '住所', kind: 'not_encodable', characters: [{ character: '芦\u{E0100}', code_points: 'U+82A6 U+E0100' }] },
];
const written: HandedOver = { file: 'shomei_hakko-20261124-A-012-1a2b3c4d.csv', rows: 1, faults: [], substituted: [], neutralised: [] };
/** The hub's answer, as far as a clerk has chosen. */
function csv(body: unknown): HandedOver {
  const chosen = new Map(((body as HandOver).substitutes ?? []).map((one) => [one.character, one.by]));
  const left = rare.filter((fault) => (fault.characters ?? []).some((one) => !chosen.has(one.character)));
  if (left.length > 0) return { ...written, file: undefined, rows: 0, faults: left };
  const substituted = rare.flatMap((fault) => (fault.characters ?? []).map((character) => ({ header: fault.header, character, by: chosen.get(character.character) ?? '' })));
  return { ...written, substituted, neutralised: ['備考'] };
}

/** Squares that look like a code, the three finders included; no reader reads them. */
function symbol(side: number, seed: number, first: string, last: string): ExportSymbol {
  const finder = (y: number, x: number) => {
    const [v, h] = [Math.min(y, 6), Math.min(x, 6)];
    return Math.max(Math.abs(v - 3), Math.abs(h - 3)) !== 2;
  };
  const rows = Array.from({ length: side }, (_, y) =>
    Array.from({ length: side }, (__, x) => {
      const [top, left, right, bottom] = [y < 7, x < 7, x >= side - 7, y >= side - 7];
      if ((top && left) || (top && right) || (bottom && left)) return finder(top ? y : y - side + 7, left ? x : x - side + 7) ? '1' : '0';
      if ((y < 8 && (x < 8 || x >= side - 8)) || (y >= side - 8 && x < 8)) return '0';
      return (x * 7 + y * 13 + ((x * y * seed) % 11)) % 3 === 0 ? '1' : '0';
    }).join(''),
  );
  return { rows, first, last };
}
const codesOf = (symbols: ExportSymbol[], more: Partial<CodesOfForm> = {}): ExportCodes => ({ forms: [{ procedure: 'juminhyo', name, symbols, faults: [], substituted: [], ...more }] });

const day = '2026-11-24';
function batch(body: unknown): ExportedBatch {
  const json = (body as ExportBatch).format === 'json';
  return { file: `shomei_hakko-20261124-day-5e6f7a8b.${json ? 'json' : 'csv'}`, day, rows: 41, left_out: json ? [] : [{ number: 'A-007', faults: rare.slice(0, 1) }], waiting: 3, before: json ? 0 : 2, changed: json ? [] : ['A-003'] };
}
/** A second file of the day, when the other system has everybody as they are. */
const nothingNew: ExportedBatch = { day, rows: 0, left_out: [], waiting: 0, before: 41, changed: [] };

const base = `/api/tickets/${handed?.id ?? ''}/exports/shomei_hakko`;
function showing(way: string, answers: Record<string, unknown> = {}, targets: ExportTarget[] = [target]): Situation {
  return {
    place: way,
    office,
    answers: {
      'GET /api/exports': targets,
      [`GET ${base}`]: exportSheet,
      [`POST ${base}/csv`]: written,
      [`POST ${base}/codes`]: codesOf([symbol(57, 5, '様式版', '生年月日'), symbol(53, 3, '住所', '使いみち')]),
      'POST /api/exports/shomei_hakko/batch': batch,
      ...answers,
    },
  };
}

/** The hand-off to other systems in every state that looks different before somebody presses something. */
export const exports: Record<string, Situation> = {
  screen: showing('screen', {}, exportTargets),
  screen_faults: showing('screen', { [`GET ${base}`]: two }),
  screen_gone: showing('screen', { [`GET ${base}`]: new Refused('case_gone') }),
  csv: showing('csv', { [`POST ${base}/csv`]: csv }),
  csv_full: showing('csv', { [`POST ${base}/csv`]: new Refused('disk_full') }),
  codes: showing('codes'),
  codes_one: showing('codes', { [`POST ${base}/codes`]: codesOf([symbol(61, 7, '様式版', '使いみち')]) }),
  codes_missing: showing('codes', { [`POST ${base}/codes`]: codesOf([], { faults: rare }) }),
  codes_many: showing('codes', { [`POST ${base}/codes`]: codesOf([], { faults: [{ header: '', kind: 'too_many_codes', chars: 23, chars_max: 16 }, { header: '備考', kind: 'keys' }] }) }),
  batch: showing('batch'),
  batch_again: showing('batch', { 'POST /api/exports/shomei_hakko/batch': nothingNew }),
  none: showing('screen', {}, []),
};
