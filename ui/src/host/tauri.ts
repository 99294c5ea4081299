import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';

import type { KioskInput, KioskView, Live, Words } from '../generated/wire';
import { Refused, refusedBy, type Host, type Method } from './host';

/** The host in the desktop app: a dozen commands and three events, exactly as `src-tauri/src` names them. */
export function tauriHost(): Host {
  return {
    words: (tag) => ask<Words>('words', { tag }),
    call: async <T>(method: Method, path: string, body?: unknown, options: { key?: string } = {}): Promise<T> => {
      const answer = await ask<HubAnswer>('hub_call', {
        method,
        path,
        body: body ?? null,
        key: options.key ?? null,
      });
      return answered<T>(answer);
    },
    page: async (path) => {
      const bytes = await ask<ArrayBuffer | number[]>('hub_bytes', { path });
      const picture = new Blob([bytes instanceof ArrayBuffer ? bytes : new Uint8Array(bytes)], { type: 'image/png' });
      return { picture, pages: null };
    },
    live: (onLive, onOnline) => {
      // Listen before asking: the first message is the snapshot and must not be lost.
      const stops = [
        listen<Live>('live', (event) => {
          onLive(event.payload);
        }),
        listen<{ online: boolean }>('live-state', (event) => {
          onOnline(event.payload.online);
        }),
      ];
      void Promise.all(stops).then(() => invoke('live_subscribe'));
      return () => {
        for (const stop of stops) void stop.then((unlisten) => { unlisten(); });
      };
    },
    keepCase: (ticket, number) => ask<string>('keep_case', { ticket, number }),
    printPaper: (ticket) => ask<undefined>('print_paper', { ticket }),
    printFile: async (path) => {
      await ask<unknown>('print_file', { path });
      return null;
    },
    upload: async <T>(path: string, file: Blob, options: { key?: string } = {}): Promise<T> => {
      const bytes = Array.from(new Uint8Array(await file.arrayBuffer()));
      return answered<T>(await ask<HubAnswer>('hub_upload', { path, file: bytes, key: options.key ?? null }));
    },
    strip: (small) => ask<undefined>('strip', { small }),
    kiosk: {
      view: () => invoke<KioskView>('kiosk_view'),
      input: (input: KioskInput) => invoke('kiosk_input', { input }),
      subscribe: (onView) => {
        const stop = listen<KioskView>('kiosk-view', (event) => {
          onView(event.payload);
        });
        return () => void stop.then((unlisten) => { unlisten(); });
      },
    },
  };
}

interface HubAnswer {
  status: number;
  body: unknown;
}

/** What the hub answered, or its refusal. */
function answered<T>(answer: HubAnswer): T {
  const content = parsed(answer.body);
  if (answer.status < 200 || answer.status > 299) throw refusedBy(answer.status, content);
  return content as T;
}

/** A command that failed in Rust speaks as a problem document, as text, or not at all: all are refusals. */
async function ask<T>(command: string, args: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (error) {
    const content = parsed(error);
    if (content !== null && typeof content === 'object' && 'code' in content) throw refusedBy(500, content);
    throw new Refused('hub_away', String(error));
  }
}

function parsed(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}
