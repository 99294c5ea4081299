import { expect, type Page } from '@playwright/test';

import { shows } from '../../src/gallery/shows';

/** Every page in every state: `kiosk/idle`, `console/called` … */
export const SHOWS = Object.keys(shows('ja'));
export const of = (page: string) => SHOWS.filter((show) => show.startsWith(`${page}/`));

/** How long a page may stay silent before it must say that it is stale. */
const STALE_MS_MAX = 5_000;

/** Opens one page of the gallery and waits until it stands there as it will stay. */
export async function open(page: Page, show: string, language = 'ja'): Promise<void> {
  await page.goto(`/gallery/?lang=${language}#${show}`);
  await expect(page.locator(`html[data-shown="${show}"]`)).toBeAttached();
  await expect(page.locator('#page > :not(.starting)').first()).toBeVisible();
  // Panes that are fetched when they are wanted have come.
  await expect(page.locator('[data-reading]')).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
  if (show.endsWith('/stale')) await expect(page.getByTestId('stale')).toBeVisible({ timeout: STALE_MS_MAX + 1_000 });
}
