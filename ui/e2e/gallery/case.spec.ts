import { expect, test, type Page } from '@playwright/test';

import type { ChangeCase } from '../../src/generated/wire';
import { open } from './open';

/** Opens a page of the gallery and keeps what it sends of the case. */
async function listen(page: Page, show: string): Promise<() => Promise<ChangeCase[]>> {
  await page.addInitScript(() => {
    const sent: unknown[] = [];
    Object.assign(window, { sent });
    window.addEventListener('gallery-command', (event) => {
      const { path, body } = (event as CustomEvent<{ path: string; body: unknown }>).detail;
      if (path.endsWith('/case')) sent.push(body);
    });
  });
  await open(page, show);
  return () => page.evaluate(() => (window as unknown as { sent: ChangeCase[] }).sent);
}

test('a line is marked by one press, with who and when, and pressed again it is open', async ({ page }) => {
  const sent = await listen(page, 'console/serving_plan');
  const left = page.locator('[data-left]');
  await expect(left).toHaveAttribute('data-left', '7');
  const line = page.locator('[data-line="B2"]');
  await line.locator('[data-mark="done"]').click();
  await expect(line).toHaveAttribute('data-state', 'done');
  await expect(line).toContainText('済 10:20 田中');
  await expect(left).toHaveAttribute('data-left', '6');
  await line.locator('[data-mark="done"]').click();
  await expect(line).toHaveAttribute('data-state', 'open');
  const changes = (await sent()).map((one) => [one.revision, one.change]);
  expect(changes).toEqual([
    [4, { kind: 'line', rule: 'B2', state: 'done' }],
    [5, { kind: 'line', rule: 'B2', state: 'open' }],
  ]);
});

test('a whole plan is marked by arrows and the space bar, and the console’s own keys stay asleep', async ({ page }) => {
  const sent = await listen(page, 'console/serving_plan');
  await page.locator('[data-line="B2"] [data-mark="done"]').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await expect.poll(async () => (await sent()).map((one) => one.change)).toEqual([
    { kind: 'line', rule: 'B2', state: 'done' },
    { kind: 'line', rule: 'B29', state: 'not_needed' },
  ]);
});

test('what is to be confirmed, too late or missing stands on top and leads to its place', async ({ page }) => {
  await open(page, 'console/serving_plan');
  await expect(page.locator('[data-attention]')).toHaveAttribute('data-attention', '4');
  await page.locator('[data-look="B13"]').click();
  await expect(page.locator('[data-line="B13"] [data-mark="done"]')).toBeFocused();
  await page.keyboard.press('Space');
  await expect(page.locator('[data-look="B13"]')).toHaveCount(0);
  await page.locator('[data-missing="head"]').click();
  await expect(page.locator('[data-edit="head"] input')).toBeFocused();
  await page.keyboard.type('架空 太郎');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-missing="head"]')).toHaveCount(0);
  await expect(page.locator('[data-form="idou"] [data-field="head"]')).toContainText('職員が入力');
});

test('a value is mended where it stands, in the form’s own sentences, with what stood there before', async ({ page }) => {
  const sent = await listen(page, 'console/serving');
  const birth = page.locator('[data-field="birth"]');
  await birth.locator('[data-act="edit-row"]').click();
  const field = birth.locator('input');
  await expect(field).toHaveValue('昭和55年2月17日');
  await field.fill('昭和64年2月1日');
  await field.press('Enter');
  await expect(birth).toContainText('その日付はありません。');
  await expect(field).toBeFocused();
  await field.fill('S56.2.17');
  await field.press('Enter');
  await expect(birth).toContainText('カードの内容: 昭和55年2月17日');
  await expect(birth.locator('[data-act="edit-row"]')).toBeFocused();
  await birth.locator('summary').click();
  await expect(birth).toContainText('昭和55年2月17日 → 1981-02-17');
  expect((await sent()).map((one) => one.change)).toMatchObject([{ value: '昭和64年2月1日' }, { value: '1981-02-17' }]);
});

test('whoever changes their mind leaves a field by Escape, and nothing is sent', async ({ page }) => {
  const sent = await listen(page, 'console/serving');
  await page.locator('[data-field="purpose"] [data-act="edit-row"]').click();
  await page.keyboard.type('n');
  await page.keyboard.press('Escape');
  await expect(page.locator('[data-edit]')).toHaveCount(0);
  await expect(page.locator('[data-field="purpose"]')).toContainText('勤務先への提出');
  expect(await sent()).toEqual([]);
});

test('where another counter was faster that is said, and what is there now is shown', async ({ page }) => {
  await open(page, 'console/serving_changed');
  await page.locator('[data-line="B13"] [data-mark="done"]').click();
  await expect(page.locator('[data-notice]')).toContainText('ほかの窓口がこの申請内容を変更しました。');
  await expect(page.locator('[data-line="B13"]')).toHaveAttribute('data-state', 'open');
});

test('a form of another counter is read and not written', async ({ page }) => {
  await open(page, 'console/serving_plan');
  const other = page.locator('[data-form="kokuho"]');
  await expect(other).toContainText('国民健康保険・年金の申請書・読むだけ');
  await other.locator('summary').first().click();
  await expect(other).toContainText('髙橋 花子');
  await expect(other.locator('[data-act="edit-row"]')).toHaveCount(0);
});

test('the page counts what nobody had to write, and says nothing where everything was written', async ({ page }) => {
  await open(page, 'console/serving_plan');
  await expect(page.locator('[data-spared]')).toHaveText('氏名5回・住所3回 書かずに済みました');
  await open(page, 'console/serving_typed');
  await expect(page.locator('[data-field="name"]')).toBeVisible();
  await expect(page.locator('[data-spared]')).toHaveCount(0);
});

test('an empty plan, a finished one and a case that is gone each say so', async ({ page }) => {
  await open(page, 'console/serving_plan_empty');
  await expect(page.locator('#pane')).toContainText('この答えで必要になる手続きはありません。');
  await open(page, 'console/serving_plan_done');
  await expect(page.locator('[data-left="0"]')).toContainText('すべて確かめました');
  await open(page, 'console/serving_case_gone');
  await expect(page.locator('#pane')).toContainText('消去されました。');
});

test('a paper that is scanned opens its case, and a code of nobody’s says what to do', async ({ page }) => {
  await open(page, 'console/serving_scanned');
  const code = page.locator('[data-paper-code] input');
  await code.fill('0000');
  await code.press('Enter');
  await expect(page.locator('[data-paper-code] [role="alert"]')).toContainText('このコードの申請はありません');
  await code.fill('UKC:04HMASW9NF6YY41J');
  await code.press('Enter');
  await expect(page.locator('[data-scanned="A-012"]')).toBeVisible();
  await expect(page.locator('[data-paper-code] [role="alert"]')).toHaveCount(0);
  await page.locator('[data-act="close-scanned"]').click();
  await expect(page.locator('[data-scanned]')).toHaveCount(0);
});

test('a case is kept for the document system by one press', async ({ page }) => {
  await open(page, 'console/serving_plan_half');
  await page.locator('[data-act="keep-case"]').click();
  await expect(page.locator('[data-kept]')).toContainText('保存用のファイルを作りました');
});
