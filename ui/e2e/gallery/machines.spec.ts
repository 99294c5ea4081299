import { expect, test, type Page } from '@playwright/test';

import { open } from './open';

interface Sent {
  path: string;
  body: { kiosk?: string; preview?: boolean };
}

async function listen(page: Page, show: string): Promise<() => Promise<Sent[]>> {
  await page.addInitScript(() => {
    const sent: unknown[] = [];
    Object.assign(window, { sent });
    window.addEventListener('gallery-command', (event) => sent.push((event as CustomEvent).detail));
  });
  await open(page, show);
  return () => page.evaluate(() => (window as unknown as { sent: Sent[] }).sent.filter((one) => one.path.endsWith('/print')));
}

/** The dialog for the number in the line. */
async function reprint(page: Page, number: string): Promise<void> {
  await page.locator(`[data-ticket]`, { hasText: number }).or(page.locator('li', { hasText: number })).last().locator('[data-act="open"]').click();
  await page.locator('[data-option="reprint"]').click();
  await expect(page.locator('[data-reprint]')).toBeVisible();
}

test('what is wrong at a kiosk is told with its remedy, the worst first, until it was seen', async ({ page }) => {
  await open(page, 'console/machines');
  const told = page.locator('[data-machine]');
  await expect(told).toHaveCount(1);
  await expect(told).toContainText('用紙がありません');
  await expect(told).toContainText('新しいロール紙');
  await told.locator('[data-act="seen"]').click();
  await expect(page.locator('[data-machine="silent"]')).toContainText('応答がありません');
});

test('the office at a glance names every kiosk, its parts and what was printed there', async ({ page }) => {
  await open(page, 'console/guide_machines');
  await expect(page.locator('[data-kiosk]')).toHaveCount(5);
  await expect(page.locator('[data-kiosk="4階 税務課"]')).toContainText('登録し直してください');
  await expect(page.locator('[data-kiosk="3階 福祉課"]')).toContainText('まだつながっていません');
  await expect(page.locator('[data-print="unknown"]')).toContainText('出たか分かりません');
  await expect(page.locator('[data-print="failed"]')).toContainText('控え');
});

test('a number whose paper is in doubt is printed again from its notice, after a look at the slip', async ({ page }) => {
  const sent = await listen(page, 'console/reprint_printed');
  await page.locator('[data-doubtful="A-015"] [data-act="reprint"]').click();
  await expect(page.locator('dialog img')).toBeVisible();
  await expect(page.locator('dialog')).toContainText('「再発行」の印が付きます');
  await page.locator('[data-option="1階ロビー 2号機"]').click();
  await page.locator('dialog [data-act="print"]').click();
  await expect(page.locator('[data-reprint="printed"]')).toContainText('取ってください');
  const prints = await sent();
  expect(prints.map((one) => [one.body.kiosk, one.body.preview === true])).toEqual([
    ['1階ロビー 1号機', true],
    ['1階ロビー 2号機', true],
    ['1階ロビー 2号機', false],
  ]);
});

for (const [state, says] of [['waiting', '応答を待っています'], ['printing', '印刷しています'], ['unknown', '出たか分かりません'], ['failed', '印刷できませんでした'], ['expired', '出ていません']] as const) {
  test(`the clerk is told that the slip is ${state}`, async ({ page }) => {
    await open(page, `console/reprint_${state}`);
    await reprint(page, 'A-015');
    await page.locator('dialog [data-act="print"]').click();
    await expect(page.locator(`[data-reprint="${state}"]`)).toContainText(says);
    await expect(page.locator('dialog [data-act="print"]')).toBeEnabled({ enabled: state !== 'waiting' && state !== 'printing' });
  });
}

test('without a kiosk that answers the dialog says so', async ({ page }) => {
  await open(page, 'console/reprint_nowhere');
  await reprint(page, 'A-015');
  await expect(page.locator('dialog')).toContainText('つながっている受付機がありません');
  await expect(page.locator('dialog [data-act="print"]')).toBeDisabled();
});

test('総合案内 has the slip of a number printed that it has just given', async ({ page }) => {
  const sent = await listen(page, 'console/guide_print');
  await page.locator('[data-issue]').first().click();
  await page.locator('[data-act="print-slip"]').click();
  await expect(page.locator('dialog')).toContainText('再発行の印は付きません');
  await expect.poll(async () => (await sent()).length).toBe(1);
});

test('after 出ません the kiosk offers a second paper, once', async ({ page }) => {
  await page.addInitScript(() => {
    const sent: unknown[] = [];
    Object.assign(window, { sent });
    window.addEventListener('gallery-input', (event) => sent.push((event as CustomEvent).detail));
  });
  await open(page, 'kiosk/done_reprint');
  await page.locator('[data-act="reprint"]').click();
  const inputs = () => page.evaluate(() => (window as unknown as { sent: { kind: string }[] }).sent.map((one) => one.kind).filter((kind) => kind !== 'here'));
  expect(await inputs()).toEqual(['reprint']);
  await open(page, 'kiosk/done_reissued_no_paper');
  await expect(page.locator('[data-act="reprint"]')).toHaveCount(0);
  await expect(page.locator('main')).toContainText('職員を呼ぶ');
});
