import { expect, test } from '@playwright/test';

import { letIn } from './enrol';

test('a board is let in with a code that is good once, and is out at once when it is put out', async ({ page, browser, baseURL }) => {
  const hub = baseURL ?? '';
  const name = await letIn(page, hub);
  await expect(page.locator('[data-service]').first()).toBeVisible();
  // The next morning it is still one of the office's.
  await page.reload();
  await expect(page.locator('[data-service]').first()).toBeVisible();

  const lead = await browser.newPage({ baseURL: hub });
  await lead.goto('/admin/');
  await lead.getByLabel('職員ID').fill(process.env.UKETSUKE_ACCOUNT ?? '');
  await lead.getByLabel('パスワード').fill(process.env.UKETSUKE_PASSWORD ?? '');
  await lead.getByRole('button', { name: 'ログイン' }).click();
  const device = lead.locator(`[data-device="${name}"]`);
  await expect(device).toContainText('に登録');
  await device.locator('[data-act="revoke"]').click();
  await lead.locator('[data-act="do-revoke"]').click();
  await expect(device).toHaveCount(0);
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

test('a code that is shown to a lead lets a board in, and the page says so by itself', async ({ page, browser, baseURL }) => {
  const name = `board ${String(Date.now())} page`;
  await page.goto('/admin/');
  await page.getByLabel('職員ID').fill(process.env.UKETSUKE_ACCOUNT ?? '');
  await page.getByLabel('パスワード').fill(process.env.UKETSUKE_PASSWORD ?? '');
  await page.getByRole('button', { name: 'ログイン' }).click();
  await page.locator('[data-kind="board"]').click();
  await page.getByLabel('案内表示盤の名前').fill(name);
  await page.locator('[data-act="admit"]').click();
  const code = (await page.locator('[data-code]').textContent()) ?? '';
  const board = await browser.newPage({ baseURL: baseURL ?? '' });
  await board.goto('/enrol/');
  await expect(board.locator('[data-sign="0"]')).toBeVisible();
  await board.keyboard.type(code);
  await board.keyboard.press('Enter');
  await expect(board.locator(`[data-device="${name}"]`)).toBeVisible();
  await expect(page.getByRole('dialog')).toContainText('が登録されました');
  await board.close();
});
