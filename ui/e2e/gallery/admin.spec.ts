import { expect, test } from '@playwright/test';

import { open } from './open';

test('a device is let in with a code that stands there large, once', async ({ page }) => {
  await open(page, 'admin/devices');
  await page.evaluate(() => {
    window.addEventListener('gallery-command', (event) => { document.documentElement.dataset.told = JSON.stringify((event as CustomEvent<unknown>).detail); });
  });
  await expect(page.locator('select option')).toHaveText(['1階ロビー 2号機', '2階 市民税課前']);
  await page.locator('[data-act="admit"]').click();
  await expect(page.locator('[data-code]')).toHaveText('7KQ2-M9XD');
  await expect(page.getByRole('dialog')).toContainText('uketsuke --enrol 7KQ2-M9XD --authority 3B:9F');
  await expect(page.locator('html')).toHaveAttribute('data-told', /"body":\{"name":"1階ロビー 2号機","kind":"kiosk"\}/);
  await page.keyboard.press('Escape');
  await expect(page.getByText('7KQ2-M9XD')).toHaveCount(0);
});

test('a board needs a name of its own', async ({ page }) => {
  await open(page, 'admin/devices');
  await page.locator('[data-kind="board"]').click();
  await page.locator('[data-act="admit"]').click();
  await expect(page.getByText('名前を入力してください。')).toBeVisible();
  await page.getByLabel('案内表示盤の名前').fill('2階 待合');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toContainText('/enrol/');
});

test('a device is put out only after a question', async ({ page }) => {
  await open(page, 'admin/devices');
  await page.locator('[data-device="市民課 待合"] [data-act="revoke"]').click();
  await expect(page.getByRole('dialog')).toContainText('「市民課 待合」の登録を取り消しますか');
  await page.locator('[data-act="do-revoke"]').click();
  await expect(page.getByText('「市民課 待合」の登録を取り消しました。')).toBeVisible();
});

test('an account is not made without a password of eight characters', async ({ page }) => {
  await open(page, 'admin/accounts');
  await page.locator('[data-act="new-account"]').click();
  await page.getByLabel('職員ID').fill('kato');
  await page.getByLabel('名前').fill('加藤');
  await page.getByLabel('パスワード').fill('short');
  await page.locator('[data-act="save-account"]').click();
  await expect(page.getByText('8文字以上にしてください。')).toBeVisible();
  await page.getByLabel('パスワード').fill('長いことばの列です');
  await page.locator('[data-act="save-account"]').click();
  await expect(page.getByText('「加藤」のアカウントを作りました。')).toBeVisible();
});

test('nobody removes the own account', async ({ page }) => {
  await open(page, 'admin/accounts');
  await expect(page.locator('[data-account="suzuki"] [data-act="remove"]')).toBeVisible();
  await expect(page.locator('[data-account="ito"] [data-act="remove"]')).toHaveCount(0);
});

test('the trail tells deeds in words, and one that it does not know as the hub names it', async ({ page }) => {
  await open(page, 'admin/trail');
  await expect(page.locator('[data-line="4199"]')).toContainText('呼び出した');
  await expect(page.locator('[data-line="4194"]')).toContainText('a_deed_newer_than_the_words');
});

test('a new password is typed twice', async ({ page }) => {
  await open(page, 'admin/password');
  await page.getByLabel('今のパスワード').fill('old password');
  await page.getByLabel('新しいパスワード', { exact: true }).fill('new password');
  await page.getByLabel('新しいパスワード(もう一度)').fill('new passwort');
  await page.locator('[data-act="change-password"]').click();
  await expect(page.getByText('2回の入力が違います。もう一度入力してください。')).toBeVisible();
});
