import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, type Page } from '@playwright/test';

import { phonePage } from '../../src/gallery/phones';
import type { Words } from '../../src/generated/wire';

const PLACE = '<script type="application/json" id="office"></script>';

/** The page as `phone-page export` writes it, saved on a phone. */
export async function saved(page: Page): Promise<string> {
  const built = await (await page.request.get('/phone/')).text();
  expect(built).toContain(PLACE);
  const languages = await Promise.all(phonePage.languages.map(async ({ language }) => {
    const { words } = (await (await page.request.get(`/api/words/${language.tag}`)).json()) as Words;
    return { language, words };
  }));
  const data = JSON.stringify({ ...phonePage, languages }).replaceAll('<', '\\u003c');
  const file = join(mkdtempSync(join(tmpdir(), 'phone-')), 'form.html');
  writeFileSync(file, built.replace(PLACE, () => PLACE.replace('></', `>${data}</`)));
  return pathToFileURL(file).href;
}
