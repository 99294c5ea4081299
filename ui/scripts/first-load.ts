import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { crowd } from '../src/gallery/consoles';
import { FIRST_WORDS } from '../src/console/first';
import { readWords } from './words-file';

/**
 * What a clerk's browser must have before the desk stands with three hundred waiting: the page, its scripts and styles
 * as the build wrote them, the first words, and the office. Prints bytes as sent, brotli and gzip. Fonts are not needed.
 *
 *     npm run build && npm run first-load [-- dist]
 */
const ui = join(dirname(fileURLToPath(import.meta.url)), '..');
const site = process.argv[2] ?? join(ui, 'dist');
/** What the hub compresses while it answers; files are compressed when the pages are built. */
const DYNAMIC = { [constants.BROTLI_PARAM_QUALITY]: 4 };

const sent = (file: string, extension: string): number => {
  try {
    return readFileSync(join(site, `${file}.${extension}`)).length;
  } catch {
    return readFileSync(join(site, file)).length;
  }
};
const answer = (body: unknown) => {
  const text = JSON.stringify(body);
  return [brotliCompressSync(text, { params: DYNAMIC }).length, gzipSync(text).length] as const;
};

const html = readFileSync(join(site, 'console/index.html'), 'utf8');
const files = Array.from(html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g), (match) => match[1] ?? '');
// The host is chosen at run time: in a browser it is this one, where the build left it in a file of its own.
const own = readdirSync(join(site, 'assets')).filter((file) => /^http-[\w-]+\.js$/.test(file)).map((file) => `assets/${file}`);
const host = own.filter((file) => !files.includes(file));
const words = readWords('ja', readFileSync(join(ui, '../kiosk-config/words/ja.toml'), 'utf8'));
const first = Object.fromEntries(Object.entries(words.words).filter(([key]) => FIRST_WORDS.some((family) => key === family || key.startsWith(`${family}.`))));
/** Identities in the gallery are counted up; real ones are random. */
const random = () => Array.from({ length: 20 }, () => Math.floor(Math.random() * 16).toString(16)).join('');
const office = crowd();
office.tickets = office.tickets.map((ticket) => {
  const [time, chance] = [Math.floor(ticket.issued_at + Math.random() * 1_000).toString(16).padStart(12, '0'), random()];
  return { ...ticket, issued_at: Number.parseInt(time, 16), id: `${time.slice(0, 8)}-${time.slice(8)}-7${chance.slice(0, 3)}-a${chance.slice(3, 6)}-${chance.slice(6, 18)}` };
});

const parts: [string, number, number][] = ['console/index.html', ...files, ...host].map((file) => [file, sent(file, 'br'), sent(file, 'gz')]);
parts.push(['/api/words/ja?of=…', ...answer({ ...words, words: first })], ['/api/office', ...answer(office)]);
for (const [name, br, gz] of parts) console.log(`${String(br).padStart(6)} ${String(gz).padStart(6)}  ${name}`);
const total = (at: 1 | 2) => parts.reduce((sum, part) => sum + part[at], 0);
console.log(`${String(total(1)).padStart(6)} ${String(total(2)).padStart(6)}  bytes in all, brotli and gzip`);
