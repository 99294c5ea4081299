import { expect, test } from '@playwright/test';

import { open } from './open';

test('the case of the called ticket stands beside the line, with what to look at', async ({ page }) => {
  await open(page, 'console/called');
  await expect(page.locator('[data-current="A-012"]')).toBeVisible();
  await expect(page.locator('[data-field="name"]')).toContainText('髙橋 花子');
  await expect(page.locator('[data-field="name"]')).toContainText('確認する文字: 髙');
  await expect(page.getByRole('img', { name: '申請書の見本 1ページ目' })).toBeVisible();
});

test('only what can be done with the ticket now is offered', async ({ page }) => {
  await open(page, 'console/called');
  await expect(page.locator('[data-act="start"]')).toBeVisible();
  await expect(page.locator('[data-act="finish"]')).toHaveCount(0);
  await open(page, 'console/serving');
  await expect(page.locator('[data-act="finish"]')).toBeVisible();
  await expect(page.locator('[data-act="no-show"]')).toHaveCount(0);
});

test('F2 calls the next one, and a refusal is a sentence', async ({ page }) => {
  await open(page, 'console/nobody');
  await page.keyboard.press('F2');
  await expect(page.getByRole('alert').filter({ hasText: 'お待ちの方はいません。' })).toBeVisible();
});

test('a clerk calls in order; only a lead may choose', async ({ page }) => {
  await open(page, 'console/nobody');
  await expect(page.locator('[data-act="call"]')).toHaveCount(0);
  await open(page, 'console/called');
  await expect(page.locator('[data-ticket="A-013"] [data-act="call"]')).toBeVisible();
});

test('bookings stand beside their tickets', async ({ page }) => {
  await open(page, 'console/called');
  await page.locator('[data-tab="bookings"]').click();
  await expect(page.locator('[data-booking="A7K2-93QF"]')).toContainText('A-014');
  await expect(page.locator('[data-booking="K3TN-52RM"]')).toContainText('来庁なし');
  await expect(page.locator('[data-booking="T6DJ-77EB"]')).toContainText('まだ来庁していません');
});

test('a wrong password is told, and the password is typed anew', async ({ page }) => {
  await open(page, 'console/login');
  await page.getByLabel('職員ID').fill('tanaka');
  await page.getByLabel('パスワード').fill('wrong');
  await page.getByRole('button', { name: 'ログイン' }).click();
  await expect(page.getByRole('alert')).toContainText('パスワードが違います');
  await expect(page.getByLabel('パスワード')).toHaveValue('');
});

test('the dashboard shows every measure, and a dash where nothing was measured', async ({ page }) => {
  await open(page, 'dashboard/day');
  await expect(page.locator('[data-measure="visits"]')).toContainText('162');
  await expect(page.locator('[data-measure="over"]')).toContainText('14.2%');
  await expect(page.locator('tr[data-service="children"]')).toContainText('–');
  await expect(page.locator('canvas')).toHaveCount(2);
});

test('the phone page says where to go once the number is called', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, 'visit/called');
  await expect(page.getByRole('status')).toContainText('3番窓口');
});
