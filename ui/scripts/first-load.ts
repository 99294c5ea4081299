import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { crowd } from '../src/gallery/consoles';
import { FIRST_WORDS } from '../src/console/first';
import { readWords } from './words-file';

/**
 * What a clerk's browser must have before the desk stands with three hundred waiting: the page, its scripts and styles
 * as the build wrote them, the first words, and the office. Prints bytes as the hub sends them. Fonts are not needed.
 *
 *     npm run build && npm run first-load [-- <site>]
 */
const ui = process.cwd();
const site = process.argv[2] ?? join(ui, 'dist');

/** Files are compressed when the pages are built; those that are too small for it go as they are. */
const sent = (file: string): number => {
  try {
    return readFileSync(join(site, `${file}.br`)).length;
  } catch {
    return readFileSync(join(site, file)).length;
  }
};
/** What the hub says is compressed while it answers. */
const answer = (body: unknown): number => gzipSync(JSON.stringify(body)).length;

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

const parts: [string, number][] = ['console/index.html', ...files, ...host].map((file) => [file, sent(file)]);
parts.push(['/api/words/ja?of=…', answer({ ...words, words: first })], ['/api/office', answer(office)]);
const total = parts.reduce((sum, [, bytes]) => sum + bytes, 0);
for (const [name, bytes] of [...parts, ['bytes in all', total] as const]) console.log(`${String(bytes).padStart(7)}  ${name}`);
