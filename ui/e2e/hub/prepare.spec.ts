import { expect, test, type Page } from '@playwright/test';

import type { PreparedCase, PreparedDay } from '../../src/generated/wire';
import { callUntil, finish, issue, sitDown } from './desk';

/** An announced move of somebody who does not exist, as the example list of the configuration has its columns. */
const HEADERS = ['申請番号', '来庁予定日', '届出の種類', '異動日', '届出人氏名', '届出人生年月日', '電話番号', '異動前住所', '異動後住所'];
const row = (application: string, day: string, name: string, birth = '1980-02-17') => [application, day, '転入', day, name, birth, '0840000000', '広島県尾道市久保一丁目15番1号', '広島県福山市東桜町3番5号'];
const csv = (...rows: string[][]) => Buffer.from([HEADERS, ...rows].map((cells) => cells.map((cell) => `"${cell}"`).join(',')).join('\r\n'));

/** What the hub's day looks like to the clerk of the page. */
async function dayAt(page: Page, day: string): Promise<PreparedDay> {
  const answer = await page.request.get(`/api/prepared/days/${day}`);
  expect(answer.ok(), await answer.text()).toBe(true);
  return (await answer.json()) as PreparedDay;
}

test('announced moves are imported, prepared, printed and given to whoever comes; nothing is lost on the way', async ({ page, request }) => {
  // A preview of two forms and a plan is typeset, by a program that was built for tests.
  test.slow();
  await sitDown(page);
  const { today } = await dayAt(page, 'next');
  // Each run brings applications of its own: the hub knows those of the runs before.
  const run = String(Date.now());
  const [first, second] = [`${run}-1`, `${run}-2`];
  const list = csv(row(first, today, '架空 一郎'), row(second, today, '架空 二郎'), row(`${run}-3`, today, '架空 三郎', '昭和64年2月1日'));

  // A list is tried first; the row that cannot be taken is named with its column.
  await page.keyboard.press('v');
  await page.locator('[data-act="import"]').click();
  await page.locator('input[type="file"]').setInputFiles({ name: '来庁予定.csv', mimeType: 'text/csv', buffer: list });
  await expect(page.locator('[data-count="new"] dd')).toHaveText('2');
  await expect(page.locator('[data-line-why]')).toContainText('4行目');
  await expect(page.locator('[data-line-why]')).toContainText('届出人生年月日');
  expect((await dayAt(page, today)).visits.filter((one) => one.origin.kind === 'announced' && one.origin.application.startsWith(run))).toEqual([]);
  await page.locator('[data-act="take"]').click();
  await expect(page.locator('[data-taken]')).toContainText('2件');
  await page.locator(`[data-act="open-day"][data-place="${today}"]`).click();

  // One of them is opened: its form is filled in, a value is mended, a line is ticked off, a form is added.
  const visit = page.locator(`[data-visit="announced ${first}"]`);
  await expect(visit).toContainText('架空 一郎');
  await visit.locator('button').click();
  const form = page.locator('[data-form="idou"]');
  await expect(form).toContainText('福山市東桜町3番5号');
  const phone = form.locator('[data-field="phone"]');
  await phone.locator('[data-act="edit-row"]').click();
  await phone.locator('input').fill('0841111111');
  await phone.locator('input').press('Enter');
  await expect(phone).toContainText('職員が入力');
  const line = page.locator('[data-line]').filter({ has: page.locator('[data-mark="prepared"]') }).first();
  await line.locator('[data-mark="prepared"]').click();
  await expect(line).toHaveAttribute('data-prepared', 'yes');
  await page.locator('[data-act="search-form"]').fill('住民票の写し');
  await page.locator('[data-act="search-form"]').press('Enter');
  await expect(page.locator('[data-form="juminhyo"]')).toContainText('架空 一郎');
  await expect(page.getByRole('img', { name: '申請書の見本 1ページ目' })).toBeVisible({ timeout: 60_000 });

  // A colleague's change in between is told, and what is typed stays under the hand.
  const { visits } = await dayAt(page, today);
  const id = visits.find((one) => one.origin.kind === 'announced' && one.origin.application === first)?.id ?? '';
  const theirs = (await (await page.request.get(`/api/prepared/${id}`)).json()) as PreparedCase;
  const changed = await page.request.post(`/api/prepared/${id}`, {
    headers: { Origin: new URL(page.url()).origin, 'Idempotency-Key': crypto.randomUUID() },
    data: { revision: theirs.case.revision, change: { kind: 'remove_form', procedure: 'juminhyo' } },
  });
  expect(changed.ok(), await changed.text()).toBe(true);
  await phone.locator('[data-act="edit-row"]').click();
  await phone.locator('input').fill('0842222222');
  await phone.locator('input').press('Enter');
  await expect(page.locator('[data-notice]')).toContainText('最新の内容を表示しました');
  await expect(page.locator('[data-form="juminhyo"]')).toHaveCount(0);
  await expect(phone.locator('input')).toHaveValue('0842222222');
  await phone.locator('input').press('Enter');
  await expect(phone.locator('[data-edit]')).toHaveCount(0);

  // The papers of the day are one file.
  const papers = await page.request.get(`/api/prepared/days/${today}/paper.pdf`);
  expect(papers.ok()).toBe(true);
  expect((await papers.body()).subarray(0, 5).toString()).toBe('%PDF-');
  expect(Number(papers.headers()['x-visits'])).toBeGreaterThanOrEqual(2);

  // They come: the number has nothing of its own, and is given what was prepared.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  const service = visits.find((one) => one.id === id)?.service ?? '';
  const { ticket } = await issue(request, service);
  await callUntil(page, ticket.number);
  await page.locator('[data-act="prepared-today"]').click();
  await page.locator(`[data-to-come="announced ${first}"] [data-act="use"]`).click();
  await expect(page.locator('[data-prepared-case]')).toContainText('準備済みの来庁です');
  await expect(page.locator('[data-form="idou"] [data-field="phone"]')).toContainText('0842222222');
  await expect(page.locator('[data-prepared="yes"]').first()).toBeVisible();

  // It was the wrong family: undone, and begun by asking.
  await page.locator('[data-act="detach"]').click();
  await page.locator('[data-act="do-detach"]').click();
  await expect(page.locator('[data-act="start-case"]')).toBeVisible();
  await page.locator('[data-act="start-case"]').click();
  await page.locator('[data-act="add-plan"][data-place="moving"]').click();
  await expect(page.locator('[data-plan-of="moving"]')).toBeVisible();
  await finish(page);
});
