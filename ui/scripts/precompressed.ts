import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

import type { Plugin } from 'vite';

const TEXT = /\.(js|css|html|svg)$/;
/** Smaller files gain nothing. */
const BYTES_MIN = 512;
const gzipped = promisify(gzip);
const brotlied = promisify(brotliCompress);

/** Writes `<file>.br` and `<file>.gz` beside every text file of the build; the hub sends what the browser takes. */
export function precompressed(): Plugin {
  return {
    name: 'precompressed',
    apply: 'build',
    writeBundle: async ({ dir }) => {
      if (dir === undefined) return;
      for (const file of await readdir(dir, { recursive: true })) {
        if (!TEXT.test(file)) continue;
        const content = await readFile(join(dir, file));
        if (content.length < BYTES_MIN) continue;
        await writeFile(join(dir, `${file}.gz`), await gzipped(content, { level: 9 }));
        const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
        await writeFile(join(dir, `${file}.br`), await brotlied(content, { params }));
      }
    },
  };
}
