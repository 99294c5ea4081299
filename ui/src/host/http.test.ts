import { afterEach, describe, expect, test, vi } from 'vitest';

import { httpHost } from './http';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** How long a page waits for an answer to each of these, in milliseconds. */
async function waits(...paths: string[]): Promise<number[]> {
  const limits: number[] = [];
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    limits.push(ms);
    return new AbortController().signal;
  });
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}')));
  for (const path of paths) await httpHost().call('POST', path, {}, { key: 'k' });
  return limits;
}

describe('what the hub answers', () => {
  test('is waited for as long as a whole day’s file takes, where cases are handed over', async () => {
    expect(await waits('/api/exports/juki_idou/batch', '/api/tickets/0190/exports/juki_idou/csv')).toEqual([180_000, 180_000]);
    expect(await waits('/api/counters/2/next', '/api/tickets/0190/finish')).toEqual([8_000, 8_000]);
  });

  test('is asked for again with the same key where none came, and then no more', async () => {
    const keys: (string | null)[] = [];
    vi.useFakeTimers();
    vi.stubGlobal('fetch', (_: string, request: RequestInit) => {
      keys.push(new Headers(request.headers).get('Idempotency-Key'));
      return Promise.reject(new TypeError('no answer'));
    });
    const asked = expect(httpHost().call('POST', '/api/exports/juki_idou/batch', {}, { key: 'k' })).rejects.toThrow('hub_away');
    await vi.runAllTimersAsync();
    await asked;
    vi.useRealTimers();
    expect(keys).toEqual(['k', 'k', 'k']);
  });
});
