import { pathToFileURL } from 'node:url';

import { expect, test, type Page } from '@playwright/test';

import type { Prefilled, Problem } from '../../src/generated/wire';
import { codeIn } from '../gallery/code-in';
import { asDevice } from './desk';

/** The page as it was exported for this hub. */
const PAGE = process.env.UKETSUKE_PHONE_PAGE ?? '';

const MINE: Record<string, string> = {
  applicant_name: '\u{FA1B}山　太郎',
  applicant_address: '広島県福山市東桜町3番5号',
  applicant_birth: '1980-02-17',
  relation: 'self',
  kind: 'all',
  show: '',
  copies: '2',
  phone: '0849281058',
};

/** Answers whatever is asked until everything is. */
async function answer(page: Page): Promise<void> {
  await page.locator('[data-procedure="juminhyo"]').click();
  for (;;) {
    const question = page.locator('[data-field]');
    await expect(question.or(page.locator('[data-place="review"]')).first()).toBeVisible();
    if ((await question.count()) === 0) return;
    const id = (await question.getAttribute('data-field')) ?? '';
    const value = MINE[id] ?? '';
    if ((await page.locator('[data-part="year"]').count()) > 0) {
      const [year = '', month = '', day = ''] = value.split('-');
      await page.locator('[data-part="year"]').selectOption(year);
      await page.locator('[data-part="month"]').selectOption(month);
      await page.locator('[data-part="day"]').selectOption(day);
      await page.locator('[data-act="next"]').click();
    } else if ((await page.getByTestId('answer').count()) > 0) {
      await page.getByTestId('answer').fill(value);
      await page.locator('[data-act="next"]').click();
    } else {
      for (const option of value.split(',').filter((one) => one !== '')) await page.locator(`[data-choice="${option}"]`).click();
      if ((await page.locator('[data-act="next"]').count()) > 0) await page.locator('[data-act="next"]').click();
    }
    await expect(page.locator(`[data-field="${id}"]`)).toHaveCount(0);
  }
}

test('what was written at home is what the kiosk gets, and nobody but a kiosk', async ({ browser, request }) => {
  const phone = await (await browser.newContext({ viewport: { width: 390, height: 844 }, offline: true })).newPage();
  await phone.goto(pathToFileURL(PAGE).href);
  await answer(phone);
  await phone.locator('[data-act="make"]').click();
  const picture = phone.getByRole('img', { name: '受付機にかざすQRコード' });
  await expect(picture).toBeVisible();
  const text = await codeIn(phone, await picture.screenshot());
  const made = Date.now();

  const scanned = (said: string | undefined) => request.post('/api/prefill', { headers: asDevice(), data: { text: said } });
  for (let time = 0; time < 2; time++) {
    const opened = await scanned(text);
    expect(opened.ok(), await opened.text()).toBe(true);
    const prefilled = (await opened.json()) as Prefilled;
    expect(prefilled.form.procedure).toBe('juminhyo');
    expect(Object.fromEntries(prefilled.form.answers.map((one) => [one.field, one.value]))).toEqual(MINE);
    expect(prefilled.form.unfinished ?? false).toBe(false);
    expect(prefilled.changed).toBe(false);
    expect(Math.abs(prefilled.made_at - made)).toBeLessThan(60_000);
  }
  const cut = await scanned(text?.slice(0, -3));
  expect(((await cut.json()) as Problem).code).toBe('prefill_damaged');
  expect((await request.post('/api/prefill', { data: { text } })).status()).toBe(401);
  await phone.context().close();
});
