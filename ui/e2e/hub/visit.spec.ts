import { expect, test } from '@playwright/test';

import type { DashboardView } from '../../src/generated/wire';
import { asDevice, callUntil, COUNTER, finish, issue, officeOf, serviceOf, sitDown } from './desk';
import { hallWithBoard } from './enrol';
import { line } from './line';

const ON_BOARD_MS_MAX = 1_000;

test('a ticket is issued, seen, called, shown on the board, followed on a phone, finished and counted', async ({ browser, request, baseURL }) => {
  const service = await serviceOf(request);
  const desk = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const clerk = await desk.newPage();
  await sitDown(clerk);
  const { hall, board } = await hallWithBoard(browser, baseURL ?? '');
  await expect(board.locator('[data-service]').first()).toBeVisible();

  const issued = await issue(request, service);
  const { number, id } = issued.ticket;
  await expect(clerk.locator(`[data-ticket="${number}"]`)).toBeVisible();

  const street = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const phone = await street.newPage();
  await phone.goto(`/v/${issued.token}`);
  await expect(phone.locator(`[data-number="${number}"]`)).toBeVisible();
  await expect(phone.locator('[data-state="waiting"]')).toBeVisible();

  await callUntil(clerk, number);
  const seen = Date.now();
  await expect(board.locator(`[data-call="${number}"]`)).toBeVisible();
  expect(Date.now() - seen, 'milliseconds from the clerk’s page to the board').toBeLessThan(ON_BOARD_MS_MAX);
  await expect(board.locator(`[data-call="${number}"]`)).toHaveAttribute('data-counter', COUNTER);
  await expect(phone.locator('[data-state="called"]')).toBeVisible({ timeout: 10_000 });

  await finish(clerk);
  await clerk.locator('[data-tab="over"]').click();
  await expect(clerk.locator(`[data-over="${number}"]`)).toBeVisible();

  await clerk.goto('/dashboard/');
  const row = clerk.locator(`tr[data-service="${service}"]`);
  await expect(row).toBeVisible();
  await expect(row.locator('td').first()).not.toHaveText('0');
  const dashboard = (await (await desk.request.get('/api/dashboard')).json()) as DashboardView;
  expect(dashboard.all.finished).toBeGreaterThan(0);

  const after = await officeOf(request);
  expect(after.tickets.find((one) => one.id === id)?.state).toBe('finished');
  await Promise.all([desk.close(), hall.close(), street.close()]);
});

test('the finished form stands beside the called number, as rows and as it will be printed', async ({ page, request }) => {
  const typed = (field: string, value: string) => ({ field, value, provenance: 'typed' as const });
  const card = (field: string, value: string) => ({ field, value, provenance: 'card' as const });
  await sitDown(page);
  const issued = await issue(request, await serviceOf(request), { case: {
    forms: [{ procedure: 'juminhyo', answers: [
      card('applicant_name', '福山 花子'),
      card('applicant_address', '広島県福山市東桜町3番5号'),
      card('applicant_birth', '1980-02-17'),
      card('applicant_sex', 'female'),
      typed('relation', 'self'),
      typed('kind', 'all'),
      typed('show', ''),
      typed('copies', '2'),
      typed('phone', ''),
    ] }],
  } });
  await callUntil(page, issued.ticket.number);
  await expect(page.locator('[data-field="applicant_name"]')).toContainText('福山 花子');
  await expect(page.locator('[data-field="applicant_birth"]')).toContainText('昭和55年2月17日');
  const preview = page.getByRole('img', { name: '申請書の見本 1ページ目' });
  await expect(preview).toBeVisible({ timeout: 20_000 });
  expect(await preview.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(400);
  await finish(page);
  await expect(page.getByText('福山 花子')).toHaveCount(0);
});

test('a misclick is undone', async ({ page, request }) => {
  await sitDown(page);
  const { ticket } = await issue(request, await serviceOf(request));
  await callUntil(page, ticket.number);
  await page.keyboard.press('z');
  await expect(page.locator('[data-current]')).toHaveAttribute('data-current', '');
  await expect(page.locator(`[data-ticket="${ticket.number}"]`)).toBeVisible();
  await callUntil(page, ticket.number);
  await page.keyboard.press('x');
  await page.locator('[data-list="missed"]').click();
  await expect(page.locator(`[data-ticket="${ticket.number}"][data-state="no_show"]`)).toBeVisible();
  await page.locator(`[data-ticket="${ticket.number}"] [data-place="next"]`).click();
  await callUntil(page, ticket.number);
  await finish(page);
});

test('a page that hears nothing says so within five seconds, and heals within two', async ({ browser, request, baseURL }) => {
  const service = await serviceOf(request);
  const hall = await browser.newContext({ extraHTTPHeaders: asDevice() });
  const page = await hall.newPage();
  const toHub = await line(baseURL ?? '');
  await page.goto(`${toHub.address}/board/`);
  const waiting = page.locator(`[data-service="${service}"]`);
  await expect(waiting).toBeVisible();
  const before = Number(await waiting.getAttribute('data-waiting'));
  await expect(page.getByTestId('stale')).toHaveCount(0);

  toHub.cut();
  await expect(page.getByTestId('stale')).toBeVisible({ timeout: 5_000 });
  const { ticket } = await issue(request, service);

  toHub.mend();
  await expect(page.getByTestId('stale')).toHaveCount(0, { timeout: 2_000 });
  await expect(waiting).toHaveAttribute('data-waiting', String(before + 1));
  await hall.close();
  await toHub.close();
  expect(ticket.state).toBe('waiting');
});

test('a citizen who calls for staff is answered', async ({ page, request }) => {
  await sitDown(page);
  const asked = await request.post('/api/help', {
    headers: {
      Authorization: `Bearer ${process.env.UKETSUKE_DEVICE_TOKEN ?? ''}`,
      'Idempotency-Key': crypto.randomUUID(),
    },
    data: { kiosk: 'kiosk-1' },
  });
  expect(asked.ok(), await asked.text()).toBe(true);
  const call = page.locator('[data-help="kiosk-1"]');
  await expect(call).toBeVisible();
  await call.locator('[data-act="answered"]').click();
  await expect(call).toHaveCount(0);
});
