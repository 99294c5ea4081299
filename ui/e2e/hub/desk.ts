import { expect, type APIRequestContext, type Page } from '@playwright/test';

import type { CaseDraft, OfficeView, TicketIssued } from '../../src/generated/wire';

export const COUNTER = '3';

/** One ticket, as a kiosk issues it. */
export async function issue(request: APIRequestContext, service: string, draft?: CaseDraft): Promise<TicketIssued> {
  const answer = await request.post('/api/tickets', {
    headers: {
      Authorization: `Bearer ${process.env.UKETSUKE_DEVICE_TOKEN ?? ''}`,
      'Idempotency-Key': crypto.randomUUID(),
    },
    data: { service, language: 'ja', ...(draft && { case: draft }) },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  return (await answer.json()) as TicketIssued;
}

/** The first service that the counter of these tests calls. */
export async function serviceOf(request: APIRequestContext): Promise<string> {
  const office = (await (await request.get('/api/office')).json()) as OfficeView;
  const service = office.counters.find((one) => one.id === COUNTER)?.services[0];
  if (service === undefined) throw new Error(`this office has no counter ${COUNTER} that calls anything`);
  return service;
}

/** Logs in and opens the counter, or takes it over from this account's session. */
export async function sitDown(page: Page): Promise<void> {
  await page.goto('/console/');
  await page.getByLabel('職員ID').fill(process.env.UKETSUKE_ACCOUNT ?? '');
  await page.getByLabel('パスワード').fill(process.env.UKETSUKE_PASSWORD ?? '');
  await page.getByRole('button', { name: 'ログイン' }).click();
  const choose = page.locator(`[data-counter="${COUNTER}"]`);
  const desk = page.locator('[data-current]');
  await expect(choose.or(desk)).toBeVisible();
  if (await choose.isVisible()) await choose.click();
  await expect(desk).toBeVisible();
}

/** Calls and finishes whoever is before, as a clerk would, until this number stands at the counter. */
export async function callUntil(page: Page, number: string): Promise<void> {
  const current = page.locator('[data-current]');
  await expect(async () => {
    if ((await current.getAttribute('data-current')) === '') await page.keyboard.press('F2');
    await expect(current).not.toHaveAttribute('data-current', '', { timeout: 2_000 });
    if ((await current.getAttribute('data-current')) === number) return;
    await finish(page);
    throw new Error('another number was first');
  }).toPass({ timeout: 40_000 });
}

/** Serves whoever stands at the counter, and ends it. */
export async function finish(page: Page): Promise<void> {
  const start = page.locator('[data-act="start"]');
  if (await start.isVisible()) await start.click();
  await page.locator('[data-act="finish"]').click();
  await expect(page.locator('[data-current]')).toHaveAttribute('data-current', '');
}
