import { defineConfig } from '@playwright/test';

import { launchOptions, reporter } from './e2e/chromium';

/**
 * A visit at a hub that is running: `UKETSUKE_HUB` is its address, `UKETSUKE_ACCOUNT` and `UKETSUKE_PASSWORD`
 * a lead's, `UKETSUKE_SECOND_ACCOUNT` and `UKETSUKE_SECOND_PASSWORD` a clerk's, `UKETSUKE_DEVICE_TOKEN` a kiosk's;
 * `UKETSUKE_PHONE_PAGE` is the form for phones as it was exported for this hub.
 */
function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; these tests need a running hub`);
  return value;
}
for (const name of ['UKETSUKE_ACCOUNT', 'UKETSUKE_PASSWORD', 'UKETSUKE_SECOND_ACCOUNT', 'UKETSUKE_SECOND_PASSWORD', 'UKETSUKE_DEVICE_TOKEN', 'UKETSUKE_PHONE_PAGE']) needed(name);

export default defineConfig({
  testDir: './e2e/hub',
  outputDir: './test-results/hub',
  reporter,
  workers: 1,
  forbidOnly: true,
  timeout: 60_000,
  use: {
    baseURL: needed('UKETSUKE_HUB'),
    launchOptions,
    timezoneId: 'Asia/Tokyo',
    locale: 'ja-JP',
    screenshot: 'only-on-failure',
  },
});
