import { expect, test } from 'vitest';

import type { CaseChange, CaseView, ChangeCase } from '../generated/wire';
import { caseView } from '../gallery/cases';
import { Refused } from '../host/host';
import type { Session } from '../session.svelte';
import { OpenedCase } from './opened.svelte';

interface Sent {
  method: string;
  revision: number | undefined;
  key: string | undefined;
}

/** A hub whose case is at a revision, and which refuses what it is told to refuse, once each. */
function hub(...refusals: (Refused | null)[]) {
  const sent: Sent[] = [];
  let now: CaseView = caseView;
  let erased = false;
  const call = (method: string, path: string, body?: ChangeCase, options?: { key?: string }): Promise<CaseView> => {
    expect(path).toBe('/api/tickets/t1/case');
    sent.push({ method, revision: body?.revision, key: options?.key });
    if (method === 'POST') {
      const refusal = refusals.shift();
      if (refusal) {
        if (refusal.code === 'case_changed') now = { ...now, revision: 9 };
        erased = refusal.code === 'case_gone';
        return Promise.reject(refusal);
      }
      now = { ...now, revision: now.revision + 1 };
    }
    return erased ? Promise.reject(new Refused('case_gone')) : Promise.resolve(now);
  };
  return { sent, opened: new OpenedCase({ call } as unknown as Session, 't1') };
}
const change: CaseChange = { kind: 'line', rule: 'B2', state: 'done' };

test('a change is made from the revision that stands there, one after the other', async () => {
  const { opened, sent } = hub();
  await opened.read();
  expect(await Promise.all([opened.change(change), opened.change({ ...change, state: 'open' })])).toEqual(['', '']);
  expect(sent.map((one) => one.revision)).toEqual([undefined, 1, 2]);
  expect(new Set(sent.map((one) => one.key)).size).toBe(3);
  expect(opened.found?.revision).toBe(3);
});

test('where another counter was faster, the newest case is read and said, and our change is not laid over it', async () => {
  const { opened, sent } = hub(new Refused('case_changed'));
  await opened.read();
  expect(await opened.change(change)).not.toBe('');
  expect(sent.map((one) => one.method)).toEqual(['GET', 'POST', 'GET']);
  expect([opened.found?.revision, opened.notice !== '']).toEqual([9, true]);
});

test('what the form does not take is said at the field and nowhere else', async () => {
  const { opened } = hub(new Refused('answer_refused', 'not_a_date'));
  await opened.read();
  expect(await opened.change(change)).not.toBe('');
  expect([opened.notice, opened.found?.revision]).toEqual(['', 1]);
});

test('a press whose answer was lost keeps its key when it is pressed again', async () => {
  const { opened, sent } = hub(new Refused('hub_away'));
  await opened.read();
  expect(await opened.change(change)).not.toBe('');
  expect(await opened.change(change)).toBe('');
  expect(sent[1]?.key).toBeDefined();
  expect(sent[2]?.key).toBe(sent[1]?.key);
});

test('a case that was erased is told as gone and leaves the screen, whether it is read or changed', async () => {
  const { opened } = hub(new Refused('case_gone'));
  await opened.read();
  expect(opened.gone).toBe(false);
  expect(await opened.change(change)).not.toBe('');
  expect([opened.gone, opened.found]).toEqual([true, null]);
});

test('what was read of a person leaves when the case is closed, and nothing comes after it', async () => {
  const { opened } = hub();
  const reading = opened.read();
  opened.close();
  await reading;
  expect(opened.found).toBeNull();
});
