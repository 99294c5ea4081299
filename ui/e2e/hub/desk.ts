import { expect, type APIRequestContext, type Page } from '@playwright/test';

import type { IssueTicket, OfficeView, TicketIssued, TicketView } from '../../src/generated/wire';

export const COUNTER = '3';

/** What proves a kiosk, or a board, to the hub. */
export const asDevice = () => ({ Authorization: `Bearer ${process.env.UKETSUKE_DEVICE_TOKEN ?? ''}` });

/** One ticket, as a kiosk issues it. */
export async function issue(request: APIRequestContext, service: string, more: Partial<IssueTicket> = {}): Promise<TicketIssued> {
  const answer = await request.post('/api/tickets', {
    headers: { ...asDevice(), 'Idempotency-Key': crypto.randomUUID() },
    data: { service, language: 'ja', ...more },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  return (await answer.json()) as TicketIssued;
}

/** The office as the hall sees it. */
export async function officeOf(request: APIRequestContext): Promise<OfficeView> {
  const answer = await request.get('/api/office', { headers: asDevice() });
  expect(answer.ok(), await answer.text()).toBe(true);
  return (await answer.json()) as OfficeView;
}

/** One ticket as it is now. */
export async function ticketOf(request: APIRequestContext, id: string): Promise<TicketView | undefined> {
  return (await officeOf(request)).tickets.find((one) => one.id === id);
}

/** The services that the counter of these tests calls, most preferred first. */
export async function servicesOf(request: APIRequestContext): Promise<string[]> {
  return (await officeOf(request)).counters.find((one) => one.id === COUNTER)?.services ?? [];
}

/** The first of them. */
export async function serviceOf(request: APIRequestContext): Promise<string> {
  const [service] = await servicesOf(request);
  if (service === undefined) throw new Error(`this office has no counter ${COUNTER} that calls anything`);
  return service;
}

const account = () => ({ name: process.env.UKETSUKE_ACCOUNT ?? '', password: process.env.UKETSUKE_PASSWORD ?? '' });
/** A clerk besides the one of most tests. */
export const colleague = () => ({ name: process.env.UKETSUKE_SECOND_ACCOUNT ?? '', password: process.env.UKETSUKE_SECOND_PASSWORD ?? '' });

export async function login(page: Page, who = account()): Promise<void> {
  await page.goto('/console/');
  await page.getByLabel('職員ID').fill(who.name);
  await page.getByLabel('パスワード').fill(who.password);
  await page.getByRole('button', { name: 'ログイン' }).click();
}

/** Logs in and opens the counter, comes back to it, or takes it over from whoever left it open. */
export async function sitDown(page: Page, who = account()): Promise<void> {
  await login(page, who);
  const choose = page.locator(`[data-counter="${COUNTER}"]`);
  const desk = page.locator('[data-current]');
  await expect(choose.or(desk)).toBeVisible();
  if (await choose.isVisible()) await choose.click();
  const takeOver = page.locator('[data-act="take-over"]');
  await expect(takeOver.or(desk)).toBeVisible();
  if (await takeOver.isVisible()) await takeOver.click();
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
  // A press that comes at once after the one that called is taken for the same press: it is repeated.
  await expect(async () => {
    await page.keyboard.press('s');
    await expect(page.locator('[data-current]')).toHaveAttribute('data-state', 'serving', { timeout: 1_500 });
  }).toPass();
  await page.locator('[data-act="finish"]').click();
  await expect(page.locator('[data-current]')).toHaveAttribute('data-current', '');
}

/** Sits down at a counter for which nobody waits: whoever waited from before is taken back. */
export async function beginAnew(page: Page, request: APIRequestContext): Promise<void> {
  await sitDown(page);
  if ((await page.locator('[data-current]').getAttribute('data-current')) !== '') await finish(page);
  const services = await servicesOf(request);
  const before = (await officeOf(request)).tickets.filter((one) => one.state === 'waiting' && services.includes(one.service));
  for (const { id } of before) {
    const answer = await page.request.post(`/api/tickets/${id}/cancel`, {
      headers: { 'Idempotency-Key': crypto.randomUUID(), Origin: new URL(page.url()).origin },
      data: { reason: 'other' },
    });
    expect(answer.ok(), await answer.text()).toBe(true);
  }
  await expect(page.locator('[data-list="waiting"]')).toHaveText(/0$/);
}
