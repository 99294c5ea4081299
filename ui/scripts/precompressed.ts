import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import type { Plugin } from 'vite';

const TEXT = /\.(js|css|html|svg)$/;
/** Smaller files gain nothing. */
const BYTES_MIN = 1_024;
const squeeze = promisify(gzip);

/** Writes `<file>.gz` beside every text file of the build; the hub sends it to whoever takes gzip. */
export function precompressed(): Plugin {
  return {
    name: 'precompressed',
    apply: 'build',
    writeBundle: async ({ dir }) => {
      if (dir === undefined) return;
      for (const file of await readdir(dir, { recursive: true })) {
        if (!TEXT.test(file)) continue;
        const content = await readFile(join(dir, file));
        if (content.length >= BYTES_MIN) await writeFile(join(dir, `${file}.gz`), await squeeze(content, { level: 9 }));
      }
    },
  };
}
