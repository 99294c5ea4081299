import { expect, test } from 'vitest';

import type { Done, OfficeView, TicketView } from '../generated/wire';
import { office } from '../gallery/fixtures';
import { Refused } from '../host/host';
import type { Session } from '../session.svelte';
import { Work } from './work.svelte';

interface Sent {
  path: string;
  key: string | undefined;
}

/** A hub that answers when it is told to. */
function hub() {
  const sent: Sent[] = [];
  const waiting: { answer(done: Done): void; refuse(error: Refused): void }[] = [];
  const call = (_method: string, path: string, _body: unknown, options?: { key?: string }) => {
    sent.push({ path, key: options?.key });
    return new Promise((resolve, reject) => {
      waiting.push({ answer: resolve, refuse: reject });
    });
  };
  const next = () => {
    const one = waiting.shift();
    if (one === undefined) throw new Error('nothing was sent');
    return one;
  };
  return { sent, work: new Work({ call } as unknown as Session), answer: (done: Done = {}) => { next().answer(done); }, refuse: (error: Refused) => { next().refuse(error); } };
}
const settled = () => new Promise((resolve) => setTimeout(resolve));
const ticket = office.tickets.find((one) => one.number === 'A-013') as TicketView;

test('the same press twice while the first is on its way is one press', async () => {
  const { work, sent, answer } = hub();
  const first = work.do('/api/counters/3/next');
  expect(await work.do('/api/counters/3/next')).toBeNull();
  answer();
  await first;
  expect(sent).toHaveLength(1);
});

test('another press waits for the one under way, and has a key of its own', async () => {
  const { work, sent, answer } = hub();
  const first = work.do('/api/tickets/x/finish');
  const second = work.do('/api/counters/3/next');
  await settled();
  expect(sent).toHaveLength(1);
  answer();
  await first;
  await settled();
  answer();
  await second;
  expect(sent.map((one) => one.path)).toEqual(['/api/tickets/x/finish', '/api/counters/3/next']);
  expect(new Set(sent.map((one) => one.key)).size).toBe(2);
});

test('a press whose answer got lost keeps its key when it is pressed again; a refused one does not', async () => {
  const { work, sent, refuse } = hub();
  for (const code of ['hub_away', 'nobody_waiting', 'nobody_waiting'] as const) {
    const press = work.do('/api/counters/3/next');
    refuse(new Refused(code));
    await press;
    expect(work.trouble).not.toBe('');
  }
  expect(sent[1]?.key).toBe(sent[0]?.key);
  expect(sent[2]?.key).not.toBe(sent[1]?.key);
});

test('the last deed can be undone until somebody touches its ticket, and only once', async () => {
  const { work, answer } = hub();
  const called: TicketView = { ...ticket, state: 'called', counter: '3' };
  const press = work.deed('call', '/api/counters/3/next', {});
  answer({ ticket: called });
  await press;
  const now = (one: TicketView): OfficeView => ({ ...office, tickets: [one] });
  expect(work.undoable(now(called))).toMatchObject({ deed: 'call', ticket: { number: 'A-013' } });
  expect(work.undoable(now({ ...called, calls: 2 }))).not.toBeNull();
  expect(work.undoable(now({ ...called, state: 'serving' }))).toBeNull();
  const undo = work.undo();
  answer({ ticket });
  await undo;
  expect(work.undoable(now(called))).toBeNull();
});
