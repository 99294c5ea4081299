import { defineConfig } from '@playwright/test';

import { launchOptions, reporter } from './e2e/chromium';

const PORT = 4173;

/** The gallery, served as built: every page in every state, without an office. */
export default defineConfig({
  testDir: './e2e/gallery',
  outputDir: './test-results/gallery',
  reporter,
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  timeout: 60_000,
  use: { baseURL: `http://127.0.0.1:${String(PORT)}`, launchOptions, timezoneId: 'Asia/Tokyo', locale: 'ja-JP' },
  webServer: {
    // A folder of its own: somebody may be building the pages for a hub at the same time.
    command: `npm run build -- --outDir ../test-results/site && npm run preview -- --outDir ../test-results/site --host 127.0.0.1 --port ${String(PORT)} --strictPort`,
    url: `http://127.0.0.1:${String(PORT)}/gallery/`,
    env: { UKETSUKE_HUB: '' },
    timeout: 120_000,
  },
});
