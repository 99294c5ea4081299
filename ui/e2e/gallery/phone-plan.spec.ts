import { expect, test } from '@playwright/test';

import { saved } from './saved';

const PLAN = '#plan=1.moving.M1~-3.M8~c10.M10~c.M19~l.M13~11x1.M22.B24;day=20261124';

test('a kiosk’s code opens the list on a phone without any network, and what is ticked stays on that phone', async ({ page, context }) => {
  const address = await saved(page);
  const asked: string[] = [];
  page.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(address)) asked.push(request.url());
  });
  await context.setOffline(true);
  await page.goto(address + PLAN);
  const list = page.locator('[data-checklist="moving"]');
  await expect(list.getByRole('heading', { level: 1 })).toHaveText('引っ越しの手続き');
  await expect(list).toContainText('2026年11月24日(火)に市役所で作った一覧です');
  // By counter, later, elsewhere, and what happens by itself.
  await expect(list.locator('[data-part="today"] h3')).toHaveText([/引っ越し・住所変更/, /保険・年金/]);
  await expect(list.locator('[data-part="later"]')).toContainText('転入届が済んだあとにできます。');
  await expect(list.locator('[data-part="elsewhere"]')).toContainText('2026年12月5日(土)は閉庁日です。前の開庁日 2026年12月4日(金) までに');
  await expect(list.locator('[data-part="automatic"]')).toContainText('印鑑登録は自動で廃止されます');
  await expect(list.locator('[data-rule="M8"]')).toContainText('要確認');
  await expect(list.getByRole('link', { name: '084-921-2111' })).toHaveAttribute('href', 'tel:0849212111');
  await list.getByLabel('引っ越す方全員のマイナンバーカードと暗証番号').check();
  await expect(list.locator('[data-ready="1"]')).toHaveText('用意したもの 1/7');
  await page.reload();
  await expect(list.getByLabel('引っ越す方全員のマイナンバーカードと暗証番号')).toBeChecked();
  await page.getByRole('button', { name: 'English' }).click();
  await expect(list.getByRole('heading', { level: 1 })).toHaveText('Moving');
  await list.locator('[data-act="forget"]').click();
  await expect(list.locator('[data-ready="0"]')).toBeVisible();
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
  expect(asked).toEqual([]);
});

test('whatever else stands behind # is said to be unreadable, and the forms are one press away', async ({ page }) => {
  const address = await saved(page);
  for (const wrong of ['#plan=2.moving.M1;day=20261124', '#plan=1.wedding.W1;day=20261124', `#plan=1.${'M'.repeat(2_000)}`]) {
    await page.goto('about:blank');
    await page.goto(address + wrong);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('この一覧は読みとれませんでした');
  }
  await page.locator('[data-act="write"]').click();
  await expect(page.locator('[data-procedure="juminhyo"]')).toBeVisible();
});

test('the list prints without its buttons', async ({ page }) => {
  await page.goto((await saved(page)) + PLAN);
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('[data-act="print"]')).toBeHidden();
  await expect(page.locator('[data-rule="M1"]')).toBeVisible();
});
