import { expect, test, type Page } from '@playwright/test';

import { open } from './open';

interface Sent {
  path: string;
  body: { substitutes?: { character: string; by: string }[]; format?: string };
  key?: string;
}

/** Opens a state and gathers what the page sends to the hub. */
async function sentBy(page: Page, show: string, language = 'ja'): Promise<() => Promise<Sent[]>> {
  await page.addInitScript(() => {
    const sent: unknown[] = [];
    Object.assign(window, { sent });
    addEventListener('gallery-command', (event) => sent.push((event as CustomEvent<unknown>).detail));
  });
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(page, show, language);
  return () => page.evaluate(() => (window as unknown as { sent: Sent[] }).sent);
}

const row = (page: Page, header: string) => page.locator(`[data-cell="${header}"]`);
const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

test('one press copies a value, marks it, and goes on to the next', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, 'export/screen', 'ja');
  await expect(row(page, '様式版').getByRole('button')).toBeFocused();
  await row(page, '氏名').getByRole('button').click();
  expect(await clipboard(page)).toBe('𠮷野 花子');
  await expect(row(page, '氏名')).toContainText('コピー済み');
  await expect(row(page, 'カナ').getByRole('button')).toBeFocused();
  await expect(page.locator('[data-copied="1"]')).toContainText('10項目のうち1項目');
});

test('the keyboard copies everything in the other screen’s order, and comes back to what was left out', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, 'export/screen', 'en');
  await page.keyboard.press('ArrowDown');
  const copied: string[] = [];
  for (let at = 0; at < 10; at += 1) {
    await page.keyboard.press(at % 2 === 0 ? 'Enter' : 'Space');
    await expect(page.locator(`[data-copied="${String(at + 1)}"]`)).toBeVisible();
    copied.push(await clipboard(page));
  }
  expect(copied).toEqual(['A-012', '20261124', '𠮷野 花子', 'ﾖｼﾉ ﾊﾅｺ', '3550217', 'みどり市中央町一丁目2番3号 みどりハイツ405号室', '090-0000-0000', '1', '2', '1']);
  await page.locator('[data-act="restart"]').click();
  await expect(page.locator('[data-copied="0"]')).toBeVisible();
});

test('a page without a clipboard of its own copies all the same, or says that it cannot', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
  });
  await open(page, 'export/screen', 'ja');
  await row(page, '受付番号').getByRole('button').click();
  await expect(row(page, '受付番号')).toContainText('コピー済み');
  await page.evaluate(() => {
    document.execCommand = () => false;
  });
  await row(page, '氏名').getByRole('button').click();
  await expect(page.getByRole('alert')).toContainText('手でコピー');
  await expect(row(page, '氏名')).not.toContainText('コピー済み');
});

test('nothing is written before a clerk has said what stands for every character without a code', async ({ page }) => {
  const sent = await sentBy(page, 'export/csv');
  await page.locator('[data-act="write"]').click();
  await expect(page.locator('[data-character="U+20BB7"]')).toContainText('氏名');
  await expect(page.locator('[data-character="U+82A6 U+E0100"]')).toContainText('住所');
  const go = page.locator('[data-act="write-with"]');
  await expect(go).toBeDisabled();
  await page.locator('[data-character="U+20BB7"] input').fill('吉');
  await expect(go).toBeDisabled();
  await page.locator('[data-character="U+82A6 U+E0100"] [data-act="geta"]').click();
  await go.click();
  await expect(page.locator('[data-file]')).toContainText('氏名:𠮷(U+20BB7)を「吉」にしました');
  await expect(page.locator('[data-file]')).toContainText('備考');
  const bodies = (await sent()).map(({ body }) => body.substitutes);
  expect(bodies).toEqual([[], [{ character: '𠮷', by: '吉' }, { character: '芦\u{E0100}', by: '〓' }]]);
});

test('a full disk is a sentence that says what to do', async ({ page }) => {
  await open(page, 'export/csv_full', 'ja');
  await page.locator('[data-act="write"]').click();
  await expect(page.getByRole('alert')).toContainText('空きを作ってもらい');
  await expect(page.locator('[data-act="write"]')).toBeEnabled();
});

test('codes are shown one after another with the values that are in them', async ({ page }) => {
  await open(page, 'export/codes', 'ja');
  await expect(page.locator('[data-code="1"]')).toContainText('様式版 から 生年月日 まで');
  await expect(page.locator('[data-act="previous"]')).toBeDisabled();
  await page.locator('[data-act="next"]').click();
  await expect(page.locator('[data-code="2"]')).toContainText('コード 2 / 2');
  await expect(page.locator('[data-act="next"]')).toBeDisabled();
});

test('a day’s file names what is not in it', async ({ page }) => {
  const sent = await sentBy(page, 'export/batch');
  await page.locator('[data-act="batch-csv"]').click();
  await expect(page.locator('[data-left-out="A-007"]')).toContainText('U+20BB7');
  await expect(page.getByText('ほかに3件あります')).toBeVisible();
  await page.locator('[data-act="batch-json"]').click();
  await expect(page.locator('[data-file]')).toContainText('.json');
  const orders = await sent();
  expect(orders.map(({ body }) => body.format)).toEqual(['csv', 'json']);
  expect(new Set(orders.map(({ key }) => key)).size).toBe(2);
});

test('a day’s file names what the other system has to replace, and a second one says that nothing is new', async ({ page }) => {
  await open(page, 'export/batch', 'ja');
  await page.locator('[data-act="batch-csv"]').click();
  await expect(page.locator('[data-changed="1"]')).toContainText('A-003');
  await expect(page.locator('[data-changed]')).toContainText('置き換えて');
  await open(page, 'export/batch_again', 'ja');
  await page.locator('[data-act="batch-csv"]').click();
  await expect(page.getByText('新しく書き出す申請はありません')).toBeVisible();
  await expect(page.getByText('41件')).toBeVisible();
});

test('the case at the counter leads there and back, also by keyboard', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(page, 'console/serving', 'ja');
  await page.locator('[data-act="hand-to-system"]').click();
  await expect(page.locator('[data-export="screen"]')).toBeVisible();
  await page.locator('[data-way="screen"]').focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('[data-export="csv"]')).toBeVisible();
  await page.locator('[data-act="target"]').selectOption('kiroku');
  await expect(page.locator('[data-way]')).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(page.locator('[data-export]')).toHaveCount(0);
});
