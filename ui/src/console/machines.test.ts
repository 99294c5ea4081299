import { describe, expect, it } from 'vitest';

import type { KioskNow, OfficeView, PrintView } from '../generated/wire';
import { NOW, office } from '../gallery/fixtures';
import { canReprint, doubtful, hasTrouble, printsAt, troublesOf } from './machines';

const kiosk = (more: Partial<KioskNow> = {}): KioskNow => ({ name: '1号機', link: 'here', printer: 'ready', reader: 'ready', ...more });
const withKiosks = (kiosks: KioskNow[], prints: PrintView[] = []): OfficeView => ({ ...office, at: NOW, kiosks, prints });

describe('what is wrong with a kiosk', () => {
  it('is what its printer and its reader say', () => {
    expect(troublesOf(kiosk())).toEqual([]);
    expect(troublesOf(kiosk({ printer: 'paper_out', reader: 'absent' }))).toEqual(['paper_out', 'no_reader']);
    expect(troublesOf(kiosk({ printer: 'unknown' }))).toEqual([]);
  });

  it('is only that it is silent while it is', () => {
    expect(troublesOf(kiosk({ link: 'silent', printer: 'paper_out' }))).toEqual(['silent']);
    expect(troublesOf(kiosk({ link: 'out', printer: 'paper_out' }))).toEqual(['out']);
    expect(troublesOf(kiosk({ link: 'never', printer: undefined, reader: undefined }))).toEqual([]);
  });

  it('decides whether it can print', () => {
    expect(printsAt(kiosk({ printer: 'near_end' }))).toBe(true);
    expect(printsAt(kiosk({ printer: 'cover_open' }))).toBe(false);
    expect(printsAt(kiosk({ link: 'silent' }))).toBe(false);
  });
});

describe('papers in doubt', () => {
  const a015 = office.tickets.find((one) => one.number === 'A-015');

  it('are told whether or not a kiosk could print them again', () => {
    expect(doubtful(office)).toEqual([]);
    expect(doubtful(withKiosks([kiosk()])).map((one) => one.number)).toEqual(['A-015']);
    expect(hasTrouble(withKiosks([kiosk()]))).toBe(true);
    const alone = withKiosks([kiosk({ link: 'silent' })]);
    expect(doubtful(alone).map((one) => one.number)).toEqual(['A-015']);
    expect([canReprint(alone), canReprint(withKiosks([kiosk({ printer: 'paper_out' })])), canReprint(withKiosks([kiosk()]))]).toEqual([false, false, true]);
  });

  it('are none of those of which their citizens said that they came out', () => {
    const held = [a015?.id ?? ''];
    expect(doubtful(withKiosks([kiosk({ held })]))).toEqual([]);
    const failed = office.tickets.map((one) => (one.number === 'A-015' ? { ...one, slip: 'failed' as const } : one));
    expect(doubtful({ ...withKiosks([kiosk({ held })]), tickets: failed }).map((one) => one.number)).toEqual(['A-015']);
  });

  it('are none while they are being printed', () => {
    const print: PrintView = { id: 'p', ticket: a015?.id ?? '', number: 'A-015', kiosk: '1号機', preview: false, reissued: true, state: 'printing', at: NOW };
    expect(doubtful(withKiosks([kiosk()], [print]))).toEqual([]);
  });

  it('are also those of which nothing was heard for a minute, unless a print queue took them', () => {
    const tickets = office.tickets.map((one) => (one.number === 'A-017' ? { ...one, slip: 'pending' as const } : { ...one, slip: 'printed' as const }));
    const silent = { ...withKiosks([kiosk()]), tickets };
    expect(doubtful(silent).map((one) => one.number)).toEqual(['A-017']);
    const sent = tickets.map((one) => (one.slip === 'pending' ? { ...one, slip: 'sent' as const } : one));
    expect(doubtful({ ...silent, tickets: sent })).toEqual([]);
  });
});
