import type { AccountView, AuditLine, DevicesView, EnrolmentCode, Me, Colleague } from '../generated/wire';
import { NOW } from './fixtures';
import type { Situation } from './host';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const administrator: Me = { account: 'ito', name: '伊藤', role: 'administrator' };

const kiosks = ['1階ロビー 1号機', '1階ロビー 2号機', '2階 市民税課前'];
const devices: DevicesView = {
  zone: 'Asia/Tokyo',
  kiosks,
  counters: ['1', '2', '3'].map((id) => ({ id, name: { ja: `${id}番窓口`, en: `Counter ${id}` } })),
  devices: [
    { id: '019a0003-0000-7000-8000-000000000001', name: '1階ロビー 1号機', kind: 'kiosk', enrolled_at: NOW - 40 * DAY_MS, admitted_by: 'ito' },
    { id: '019a0003-0000-7000-8000-000000000002', name: '1階ロビー 2号機', kind: 'kiosk', admitted_by: 'tanaka' },
    { id: '019a0003-0000-7000-8000-000000000003', name: '市民課 待合', kind: 'board', enrolled_at: NOW - 39 * DAY_MS, admitted_by: 'ito' },
    { id: '019a0003-0000-7000-8000-000000000004', name: '1番窓口のタブレット', kind: 'tablet', counter: '1', enrolled_at: NOW - 3 * DAY_MS, admitted_by: 'ito' },
  ],
};
export const people: Colleague[] = [
  { account: 'sato', name: '佐藤' },
  { account: 'suzuki', name: '鈴木' },
  { account: 'tanaka', name: '田中' },
];
const accounts: AccountView[] = [
  { account: 'ito', name: '伊藤', role: 'administrator' },
  { account: 'sato', name: '佐藤', role: 'manager' },
  { account: 'suzuki', name: '鈴木', role: 'clerk' },
  { account: 'tanaka', name: '田中', role: 'lead' },
];
const trail: AuditLine[] = (
  [
    ['clerk:ito', '192.0.2.21', 'account_changed', 'suzuki'],
    ['clerk:tanaka', '窓口3', 'called', 'A-012 @3'],
    ['kiosk:1階ロビー 1号機', '1階ロビー 1号機', 'issued', 'A-013'],
    ['clerk:tanaka', '窓口3', 'case_shown', 'A-012'],
    ['clerk:tanaka', '窓口3', 'logged_in', 'tanaka'],
    ['hub', 'hub', 'backed_up', 'uketsuke-2026-11-23.db'],
    ['hub', 'hub', 'a_deed_newer_than_the_words', ''],
  ] as const
).map(([actor, place, action, subject], index) => ({ seq: 4_200 - index, at: NOW - index * 7 * MINUTE_MS, actor, place, action, subject }));

const answers = {
  '/api/devices': devices,
  '/api/accounts': accounts,
  '/api/audit': trail,
};
/** What a new device is given. */
export const CODE: EnrolmentCode = { code: '7KQ2-M9XD', until: NOW + 15 * MINUTE_MS, authority: '3B:9F:6C:21:0A:74:E8:55:91:DE:43:7B:02:C6:88:1F:5D:A7:30:EC:49:12:BB:66:F0:8E:95:2C:D1:07:7A:E4' };

/** The page of whoever keeps the system, in every state that looks different. */
export const admins: Record<string, Situation> = {
  login: { me: null },
  devices: { me: administrator, place: 'devices', answers },
  no_devices: { me: administrator, place: 'devices', answers: { ...answers, '/api/devices': { ...devices, devices: [] } } },
  accounts: { me: administrator, place: 'accounts', answers },
  trail: { me: administrator, place: 'trail', answers },
  no_trail: { me: administrator, place: 'trail', answers: { ...answers, '/api/audit': [] } },
  password: { me: { ...administrator, role: 'clerk' }, place: 'password', answers },
};
