import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerResponse } from 'node:http';

import type { Connect, Plugin } from 'vite';

import { readWords } from './words-file';

/**
 * Serves `/api/words/<tag>` from the office's word files while no hub runs: for `vite dev`, and for the
 * gallery under `vite preview`. The built pages contain no words; a hub or the desktop app gives them.
 */
export function officeWords(folder: string): Plugin {
  const serve = (request: Connect.IncomingMessage, response: ServerResponse, next: Connect.NextFunction) => {
    const [, tag, of] = /^\/api\/words\/([a-z]{2}(?:-[A-Za-z]+)?)(?:\?of=([\w.,]+))?$/.exec(request.url ?? '') ?? [];
    if (tag === undefined) {
      next();
      return;
    }
    let text: string;
    try {
      text = readFileSync(join(folder, `${tag}.toml`), 'utf8');
    } catch {
      response.statusCode = 404;
      response.end();
      return;
    }
    response.setHeader('Content-Type', 'application/json');
    const words = readWords(tag, text);
    const families = of?.split(',');
    const wanted = Object.entries(words.words).filter(([key]) => families?.some((family) => key === family || key.startsWith(`${family}.`)) ?? true);
    response.end(JSON.stringify({ ...words, words: Object.fromEntries(wanted) }));
  };
  return {
    name: 'office-words',
    configureServer: (server) => void server.middlewares.use(serve),
    configurePreviewServer: (server) => void server.middlewares.use(serve),
  };
}
