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
    const tag = /^\/api\/words\/([a-z]{2}(?:-[A-Za-z]+)?)$/.exec(request.url ?? '')?.[1];
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
    response.end(JSON.stringify(readWords(tag, text)));
  };
  return {
    name: 'office-words',
    configureServer: (server) => void server.middlewares.use(serve),
    configurePreviewServer: (server) => void server.middlewares.use(serve),
  };
}
