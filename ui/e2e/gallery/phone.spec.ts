import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, test, type Page } from '@playwright/test';

import { phonePage } from '../../src/gallery/phones';
import { codeIn } from './code-in';
import { saved } from './saved';

async function fill(page: Page, copies = '２'): Promise<void> {
  const next = page.locator('[data-act="next"]');
  await page.locator('[data-procedure="juminhyo"]').click();
  await page.getByTestId('answer').fill('\u{FA1B}山　太郎');
  await next.click();
  await page.getByTestId('answer').fill('ふくやま　たろう');
  await next.click();
  await page.getByTestId('answer').fill('広島県福山市東桜町3番5号');
  await next.click();
  await page.locator('[data-part="year"]').selectOption('1980');
  await page.locator('[data-part="month"]').selectOption('02');
  await page.locator('[data-part="day"]').selectOption('17');
  await next.click();
  await page.locator('[data-choice="self"]').click();
  await page.locator('[data-choice="history"]').click();
  await next.click();
  await page.getByTestId('answer').fill(copies);
  await next.click();
}

test('a saved page works without any network, asks for nothing, and its picture holds the code', async ({ page, context }) => {
  const address = await saved(page);
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && request.url() !== address) troubles.push(`asked for ${request.url()}`);
  });
  await context.setOffline(true);
  await page.goto(address);
  await fill(page);
  await page.locator('[data-act="skip"]').click();
  await expect(page.locator('[data-place="review"]')).toContainText('昭和55年2月17日');
  await expect(page.locator('[data-place="review"]')).toContainText('フクヤマ　タロウ');
  await page.locator('[data-act="make"]').click();
  await expect(page.getByRole('img', { name: '受付機にかざすQRコード' })).toBeVisible();
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('[data-act="save"]').click()]);
  expect(download.suggestedFilename()).toBe('uketsuke-qr.png');
  const code = await codeIn(page, readFileSync(await download.path()));
  expect(code).toMatch(new RegExp(`^UKT1${phonePage.key.id}`));
  expect(code).toBe(await codeIn(page, await page.getByRole('img', { name: '受付機にかざすQRコード' }).screenshot()));
  expect(troubles).toEqual([]);
});

test('its policy lets nothing out, whoever asks', async ({ page }) => {
  await page.goto(await saved(page));
  await expect(page.locator('[data-procedure="juminhyo"]')).toBeVisible();
  const refused = await page.evaluate(async () => {
    const said: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => said.push(event.effectiveDirective));
    await fetch('https://example.com/').catch(() => undefined);
    navigator.sendBeacon('https://example.com/', 'x');
    const picture = new Image();
    picture.src = 'https://example.com/x.png';
    await new Promise((done) => { picture.onerror = done; });
    document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.broken = true' }));
    await new Promise((done) => { setTimeout(done, 100); });
    return { said, broken: 'broken' in window };
  });
  expect(refused.broken).toBe(false);
  expect(refused.said).toEqual(expect.arrayContaining(['connect-src', 'img-src', 'script-src-elem']));
});

test('the phone’s own way back loses no answer, and a refusal says what to do', async ({ page }) => {
  await page.goto(await saved(page));
  await fill(page, '21');
  await expect(page.getByRole('alert')).toContainText('選べる範囲を超えています');
  await page.goBack();
  await expect(page.locator('[data-choice="history"]')).toHaveAttribute('aria-checked', 'true');
  await page.locator('[data-act="back"]').click();
  await expect(page.locator('[data-choice="self"]')).toHaveAttribute('aria-pressed', 'true');
  // Another answer asks another question; what was typed elsewhere is still there.
  await page.locator('[data-choice="agent"]').click();
  await expect(page.locator('[data-field="subject_name"]')).toBeVisible();
  await page.getByTestId('answer').fill('髙橋 𠮷野');
  await page.locator('[data-act="next"]').click();
  await expect(page.locator('[data-field="copies"]')).toBeVisible();
  await expect(page.getByTestId('answer')).toHaveValue('21');
  await page.getByTestId('answer').fill('2');
  await page.locator('[data-act="next"]').click();
  await page.getByTestId('answer').fill('110');
  await page.locator('[data-act="next"]').click();
  await expect(page.getByRole('alert')).toContainText('電話番号の形ではありません');
  await page.getByTestId('answer').fill('０８４－９２８－１０５８');
  await page.locator('[data-act="next"]').click();
  await expect(page.locator('[data-place="review"]')).toContainText('084-928-1058');
  await page.locator('[data-edit="copies"]').click();
  await expect(page.getByTestId('answer')).toHaveValue('2');
});

test('a page without an office says so', async ({ page }) => {
  const built = await (await page.request.get('/phone/')).text();
  const file = join(mkdtempSync(join(tmpdir(), 'phone-')), 'form.html');
  writeFileSync(file, built);
  await page.goto(pathToFileURL(file).href);
  await expect(page.getByText('市のホームページに置くために')).toBeVisible();
});
