import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { TabletView } from '../generated/wire';
import { Refused, type CallOptions, type Host, type Method } from '../host/host';
import { Tablet } from './tablet.svelte';

const idle: TabletView = { office: { ja: '市民課' }, counter: { ja: '3番窓口' } };
const sheet = { language: 'ja', form: { ja: '届' }, rows: [{ label: { ja: '氏名' }, value: '髙橋 花子' }] };
const asked: TabletView = { ...idle, request: 'r1', sheet };

/** A hub that answers one after the other, then has no news; commands answer by their path. */
function hub(answers: (TabletView | Refused)[], commands: Record<string, unknown> = {}) {
  const calls: { path: string; body: unknown; key: string | undefined }[] = [];
  const host = {
    call: async (method: string, path: string, body?: unknown, options?: { key?: string }) => {
      calls.push({ path, body, key: options?.key });
      await Promise.resolve();
      const answer = method === 'GET' ? (answers.shift() ?? new Promise(() => undefined)) : commands[path];
      if (answer instanceof Refused) throw answer;
      return answer;
    },
  } as unknown as Host;
  return { tablet: new Tablet(host), host, calls };
}
const settle = () => vi.advanceTimersByTimeAsync(1_000);

describe('the tablet', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('shows what it is given, says what it shows, and forgets it when it is taken away', async () => {
    const { tablet, calls } = hub([idle, asked, idle]);
    const run = tablet.run();
    await vi.advanceTimersByTimeAsync(300);
    expect(tablet.phase).toBe('sheet');
    expect(tablet.sheet?.rows[0]?.value).toBe('髙橋 花子');
    tablet.write([[[0, 0], [500, 500]]]);
    await settle();
    expect(calls.slice(0, 3).map((one) => one.path)).toEqual(['/api/sign?shows=-', '/api/sign?shows=', '/api/sign?shows=r1']);
    expect([tablet.phase, tablet.sheet, tablet.strokes]).toEqual(['over', null, []]);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(tablet.phase).toBe('idle');
    tablet.close();
    void run;
  });

  it('sends what was written once, thanks, and is idle again', async () => {
    const { tablet, calls } = hub([asked], { '/api/sign/r1': {} });
    void tablet.run();
    await settle();
    tablet.write([[[0, 0], [500, 500]]]);
    await Promise.all([tablet.sign(), tablet.sign()]);
    const sent = calls.filter((one) => one.path === '/api/sign/r1');
    expect(sent).toHaveLength(1);
    expect(sent[0]?.body).toEqual({ strokes: [[[0, 0], [500, 500]]] });
    expect(sent[0]?.key).toMatch(/^[0-9a-f-]{36}$/);
    expect([tablet.phase, tablet.sheet, tablet.strokes]).toEqual(['thanks', null, []]);
    tablet.close();
  });

  it('keeps what was written where the hub is away, and repeats the same press', async () => {
    const commands: Record<string, unknown> = { '/api/sign/r1': new Refused('hub_away') };
    const { tablet, calls } = hub([asked], commands);
    void tablet.run();
    await settle();
    tablet.write([[[0, 0], [500, 500]]]);
    await tablet.sign();
    expect([tablet.phase, tablet.trouble, tablet.strokes.length]).toEqual(['sheet', 'away', 1]);
    commands['/api/sign/r1'] = {};
    await tablet.sign();
    expect(tablet.phase).toBe('thanks');
    const keys = calls.filter((one) => one.path === '/api/sign/r1').map((one) => one.key);
    expect(new Set(keys).size).toBe(1);
    tablet.close();
  });

  it('says what the hub refuses: a dot, a form that is over, a device that is none of the office’s', async () => {
    const commands: Record<string, unknown> = { '/api/sign/r1': new Refused('signature_empty') };
    const { tablet } = hub([asked], commands);
    void tablet.run();
    await settle();
    await tablet.sign();
    expect([tablet.phase, tablet.trouble]).toEqual(['sheet', 'empty']);
    commands['/api/sign/r1'] = new Refused('signature_over');
    await tablet.sign();
    expect([tablet.phase, tablet.sheet]).toEqual(['over', null]);
    tablet.close();

    const out = hub([asked, new Refused('device_unknown')]).tablet;
    await Promise.race([out.run(), settle().then(settle).then(settle)]);
    expect([out.phase, out.sheet]).toEqual(['outside', null]);
    const refused = hub([new Refused('forbidden')]).tablet;
    void refused.run();
    await settle();
    expect(refused.phase).toBe('refused');
    refused.close();
  });

  it('gives a form back to whoever would rather write on paper', async () => {
    const { tablet } = hub([asked], { '/api/sign/r1/paper': undefined });
    void tablet.run();
    await settle();
    await tablet.toPaper();
    expect([tablet.phase, tablet.sheet]).toEqual(['paper', null]);
    tablet.close();
  });

  it('shows a form no longer than the hub said, and no longer than half a minute without a word of the hub', async () => {
    const own = hub([{ ...asked, stands_ms: 10_000 }]).tablet;
    void own.run();
    await vi.advanceTimersByTimeAsync(9_000);
    expect(own.phase).toBe('sheet');
    await vi.advanceTimersByTimeAsync(1_500);
    expect([own.phase, own.sheet, own.strokes]).toEqual(['over', null, []]);
    own.close();

    const away = () => Array.from({ length: 40 }, () => new Refused('hub_away'));
    const { tablet, calls } = hub([{ ...asked, stands_ms: 300_000 }, ...away(), idle]);
    void tablet.run();
    await vi.advanceTimersByTimeAsync(20_000);
    tablet.write([[[0, 0], [500, 500]]]);
    expect([tablet.phase, tablet.trouble]).toEqual(['sheet', '']);
    await vi.advanceTimersByTimeAsync(10_500);
    expect([tablet.phase, tablet.sheet, tablet.strokes]).toEqual(['away', null, []]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tablet.phase).toBe('idle');
    expect(calls.at(-2)?.path).toBe('/api/sign?shows=-');
    tablet.close();
  });

  it('is heard as long as the hub answers, also where there is no news', async () => {
    const still = { ...idle, request: 'r1', stands_ms: 280_000 };
    const { tablet } = hub([asked, ...Array.from({ length: 200 }, () => still)]);
    void tablet.run();
    await vi.advanceTimersByTimeAsync(45_000);
    expect(tablet.phase).toBe('sheet');
    tablet.close();
  });

  it('asks again what became of a press before it believes that the form is over', async () => {
    const commands: Record<string, unknown> = { '/api/sign/r1': new Refused('hub_away') };
    const { tablet, calls } = hub([asked, { ...idle, request: 'r1' }, { ...idle, request: 'r1' }, { ...idle, request: 'r1' }, { ...idle, request: 'r1' }, idle, idle], commands);
    void tablet.run();
    await vi.advanceTimersByTimeAsync(100);
    tablet.write([[[0, 0], [500, 500]]]);
    await tablet.sign();
    expect(tablet.trouble).toBe('away');
    // It was taken; only the answer was lost.
    commands['/api/sign/r1'] = {};
    tablet.write([[[0, 0], [500, 500]], [[600, 600], [700, 700]]]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(tablet.phase).toBe('thanks');
    const sent = calls.filter((one) => one.path === '/api/sign/r1');
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
    tablet.close();
  });

  it('thanks for a signature whose answer was lost, also where somebody wrote on and pressed again', async () => {
    const { tablet, host, calls } = hub([asked]);
    const call = host.call;
    let presses = 0;
    host.call = async <T>(method: Method, path: string, body?: unknown, options?: CallOptions): Promise<T> => {
      if (method === 'GET') return call<T>(method, path, body, options);
      calls.push({ path, body, key: options?.key });
      presses += 1;
      await Promise.resolve();
      if (presses === 1) throw new Refused('hub_away');
      if (presses === 2) throw new Refused('signature_over');
      return {} as T;
    };
    void tablet.run();
    await settle();
    tablet.write([[[0, 0], [500, 500]]]);
    await tablet.sign();
    tablet.write([[[0, 0], [500, 500]], [[600, 600], [700, 700]]]);
    await tablet.sign();
    expect(tablet.phase).toBe('thanks');
    const keys = calls.filter((one) => one.path === '/api/sign/r1').map((one) => one.key);
    expect(keys).toHaveLength(3);
    expect(keys[2]).toBe(keys[0]);
    tablet.close();
  });

  it('says that it is over where the repeated press says so too', async () => {
    const commands: Record<string, unknown> = { '/api/sign/r1': new Refused('hub_away') };
    const { tablet } = hub([asked, { ...idle, request: 'r1' }, { ...idle, request: 'r1' }, idle, idle], commands);
    void tablet.run();
    await vi.advanceTimersByTimeAsync(100);
    tablet.write([[[0, 0], [500, 500]]]);
    await tablet.sign();
    commands['/api/sign/r1'] = new Refused('signature_over');
    await vi.advanceTimersByTimeAsync(1_000);
    expect([tablet.phase, tablet.sheet]).toEqual(['over', null]);
    tablet.close();
  });
});
