import { expect, test, type APIRequestContext } from '@playwright/test';

import type { OfficeView, TicketIssued } from '../../src/generated/wire';

const COUNTER = '3';
const ON_BOARD_MS_MAX = 1_000;

/** One ticket, as a kiosk issues it. */
async function issue(request: APIRequestContext, service: string): Promise<TicketIssued> {
  const answer = await request.post('/api/tickets', {
    headers: {
      Authorization: `Bearer ${process.env.UKETSUKE_DEVICE_TOKEN ?? ''}`,
      'Idempotency-Key': crypto.randomUUID(),
    },
    data: { service, language: 'ja' },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  return (await answer.json()) as TicketIssued;
}

test('a ticket is issued, seen, called, shown on the board, followed on a phone, finished and counted', async ({ browser, request }) => {
  const office = (await (await request.get('/api/office')).json()) as OfficeView;
  const counter = office.counters.find((one) => one.id === COUNTER);
  const service = counter?.services[0];
  if (!counter || service === undefined) throw new Error(`this office has no counter ${COUNTER} that calls anything`);

  const desk = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const clerk = await desk.newPage();
  await clerk.goto('/console/');
  await clerk.getByLabel('職員ID').fill(process.env.UKETSUKE_ACCOUNT ?? '');
  await clerk.getByLabel('パスワード').fill(process.env.UKETSUKE_PASSWORD ?? '');
  await clerk.getByRole('button', { name: 'ログイン' }).click();
  const choose = clerk.locator(`[data-counter="${COUNTER}"]`);
  const next = clerk.locator('[data-act="next"]');
  await expect(choose.or(next)).toBeVisible();
  if (await choose.isVisible()) await choose.click();
  await expect(next).toBeVisible();

  const hall = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
  const board = await hall.newPage();
  await board.goto('/board/');
  await expect(board.locator('[data-service]').first()).toBeVisible();

  const issued = await issue(request, service);
  const { number, id } = issued.ticket;
  await expect(clerk.locator(`[data-ticket="${number}"]`)).toBeVisible();

  const street = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const phone = await street.newPage();
  await phone.goto(`/v/${issued.token}`);
  await expect(phone.locator(`[data-number="${number}"]`)).toBeVisible();
  await expect(phone.locator('[data-state="waiting"]')).toBeVisible();

  // Others may wait before: call and finish them as a clerk would, until it is this one's turn.
  const current = clerk.locator('[data-current]');
  await expect(async () => {
    await clerk.keyboard.press('F2');
    await expect(current).not.toHaveAttribute('data-current', '', { timeout: 2_000 });
    if ((await current.getAttribute('data-current')) !== number) {
      await clerk.locator('[data-act="start"]').click();
      await clerk.locator('[data-act="finish"]').click();
      await expect(current).toHaveAttribute('data-current', '');
      throw new Error('another number was first');
    }
  }).toPass({ timeout: 40_000 });
  const pressed = Date.now();
  await expect(board.locator(`[data-call="${number}"]`)).toBeVisible();
  expect(Date.now() - pressed, 'milliseconds from the clerk’s page to the board').toBeLessThan(ON_BOARD_MS_MAX);
  await expect(board.locator(`[data-call="${number}"]`)).toHaveAttribute('data-counter', COUNTER);
  await expect(phone.locator('[data-state="called"]')).toBeVisible({ timeout: 10_000 });

  await clerk.locator('[data-act="start"]').click();
  await clerk.locator('[data-act="finish"]').click();
  await expect(current).toHaveAttribute('data-current', '');
  await clerk.locator('[data-tab="over"]').click();
  await expect(clerk.locator(`[data-over="${number}"]`)).toBeVisible();

  await clerk.goto('/dashboard/');
  const row = clerk.locator(`tr[data-service="${service}"]`);
  await expect(row).toBeVisible();
  await expect(row.locator('td').first()).not.toHaveText('0');
  const dashboard = (await (await desk.request.get('/api/dashboard')).json()) as { all: { finished: number; visits: number } };
  expect(dashboard.all.finished).toBeGreaterThan(0);

  const after = (await (await request.get('/api/office')).json()) as OfficeView;
  expect(after.tickets.find((one) => one.id === id)?.state).toBe('finished');
  await Promise.all([desk.close(), hall.close(), street.close()]);
});
