import { defineConfig } from '@playwright/test';

import { launchOptions, reporter } from './e2e/chromium';

/** Two runs at once need two ports; each has a folder of its own as well. */
const PORT = Number(process.env.UKETSUKE_GALLERY_PORT ?? '4173');
const SITE = `../test-results/site-${String(PORT)}`;

/** The gallery, served as built: every page in every state, without an office. */
export default defineConfig({
  testDir: './e2e/gallery',
  outputDir: `./test-results/gallery-${String(PORT)}`,
  reporter,
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  // Two browsers draw on two cores beside each other; a second try is told as flaky, a fault fails twice.
  retries: 1,
  timeout: 60_000,
  use: { baseURL: `http://127.0.0.1:${String(PORT)}`, launchOptions, timezoneId: 'Asia/Tokyo', locale: 'ja-JP' },
  webServer: {
    // A folder of its own: somebody may be building the pages for a hub at the same time.
    command: `npm run build -- --outDir ${SITE} && npm run preview -- --outDir ${SITE} --host 127.0.0.1 --port ${String(PORT)} --strictPort`,
    url: `http://127.0.0.1:${String(PORT)}/gallery/`,
    env: { UKETSUKE_HUB: '' },
    timeout: 120_000,
  },
});
