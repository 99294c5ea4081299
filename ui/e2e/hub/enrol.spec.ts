import { expect, test } from '@playwright/test';

import type { DeviceView } from '../../src/generated/wire';
import { letIn } from './enrol';

test('a board is let in with a code that is good once, and is out at once when it is put out', async ({ page, browser, baseURL }) => {
  const hub = baseURL ?? '';
  const name = await letIn(page, hub);
  await expect(page.locator('[data-service]').first()).toBeVisible();
  // The next morning it is still one of the office's.
  await page.reload();
  await expect(page.locator('[data-service]').first()).toBeVisible();

  const lead = await browser.newContext({ baseURL: hub });
  const login = { account: process.env.UKETSUKE_ACCOUNT ?? '', password: process.env.UKETSUKE_PASSWORD ?? '' };
  await lead.request.post('/api/login', { data: login });
  const devices = (await (await lead.request.get('/api/devices')).json()) as DeviceView[];
  const device = devices.find((one) => one.name === name);
  expect(device?.enrolled_at).toBeDefined();
  const out = await lead.request.post(`/api/devices/${device?.id ?? ''}/revoke`);
  expect(out.status()).toBe(204);
  await expect(page.getByTestId('stale')).toBeVisible({ timeout: 6_000 });
  await page.reload();
  await expect(page).toHaveURL(/\/enrol\/$/);
  await lead.close();
});

test('a wrong code is told in words, and the line is empty for the next try', async ({ page }) => {
  await page.goto('/enrol/');
  await expect(page.locator('[data-sign="0"]')).toBeVisible();
  await page.keyboard.type('zzzz-zzzz');
  await page.keyboard.press('Enter');
  await expect(page.getByText('コードが違うか、期限が切れています')).toBeVisible();
  await expect(page.locator('.sign').first()).toHaveText('');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByText('The code is wrong or has expired')).toBeVisible();
});
