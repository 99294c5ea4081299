import { expect, test } from '@playwright/test';

import { beginAnew, callUntil, colleague, COUNTER, finish, issue, login, officeOf, serviceOf, servicesOf, sitDown, ticketOf } from './desk';

/** The office lets a call be repeated after a few seconds; longer than this no office waits. */
const RECALL_MS_MAX = 20_000;

test('a visit by one key: called, served, finished, and the next one called', async ({ page, request }) => {
  await beginAnew(page, request);
  const service = await serviceOf(request);
  const first = (await issue(request, service)).ticket;
  const second = (await issue(request, service)).ticket;
  await callUntil(page, first.number);
  const current = page.locator('[data-current]');
  await expect(async () => {
    await page.keyboard.press('Space');
    await expect(current).toHaveAttribute('data-state', 'serving', { timeout: 1_500 });
  }).toPass();
  await expect(async () => {
    await page.keyboard.press('F2');
    await expect(current).toHaveAttribute('data-current', second.number, { timeout: 1_500 });
  }).toPass();
  expect((await ticketOf(request, first.id))?.state).toBe('finished');
  await finish(page);
});

test('two presses at once call one number', async ({ page, request }) => {
  await beginAnew(page, request);
  const service = await serviceOf(request);
  const { ticket } = await issue(request, service);
  await callUntil(page, ticket.number);
  await finish(page);
  const waiting = [(await issue(request, service)).ticket, (await issue(request, service)).ticket];
  await page.waitForFunction((number) => document.querySelector(`[data-ticket="${number}"]`) !== null, waiting[1]?.number);
  await page.evaluate(() => {
    for (let press = 0; press < 5; press += 1) window.dispatchEvent(new KeyboardEvent('keydown', { key: 'F2' }));
  });
  await expect(page.locator('[data-current]')).not.toHaveAttribute('data-current', '');
  const states = await Promise.all(waiting.map(async (one) => (await ticketOf(request, one.id))?.state));
  expect(states).toEqual(['called', 'waiting']);
  await callUntil(page, waiting[1]?.number ?? '');
  await finish(page);
});

test('a number is set aside with its reason, and comes back where the clerk says', async ({ page, request }) => {
  await beginAnew(page, request);
  const service = await serviceOf(request);
  const { ticket } = await issue(request, service);
  await callUntil(page, ticket.number);
  await issue(request, service);
  await page.keyboard.press('h');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('1');
  await expect(page.locator('[data-current]')).toHaveAttribute('data-current', '');
  await page.locator('[data-list="held"]').click();
  const held = page.locator(`[data-ticket="${ticket.number}"][data-state="held"]`);
  await expect(held).toContainText('書類の記入中');
  await held.locator('[data-place="front"]').click();
  await page.locator('[data-list="waiting"]').click();
  await expect(page.locator('[data-row]').first()).toHaveAttribute('data-ticket', ticket.number);
  await callUntil(page, ticket.number);
  await finish(page);
});

test('a number is passed on with a note, and undo brings it back to the counter', async ({ page, request }) => {
  await beginAnew(page, request);
  const services = await servicesOf(request);
  const elsewhere = (await officeOf(request)).services.find((one) => !services.includes(one.id));
  const { ticket } = await issue(request, services[0] ?? '');
  await callUntil(page, ticket.number);
  await page.keyboard.press('t');
  await page.locator(`[data-option="${elsewhere?.id ?? ''}"]`).click();
  await page.keyboard.type('前の窓口は済みました');
  await page.keyboard.press('Enter');
  await expect(page.locator(`[data-go-on="${ticket.number}"]`)).toContainText(elsewhere?.name.ja ?? '');
  await page.locator('[data-filter="all"]').click();
  await expect(page.locator(`[data-ticket="${ticket.number}"]`)).toContainText('前の窓口は済みました');
  await expect(page.locator('[data-act="undo"]')).toContainText(`${ticket.number} の引継ぎを元に戻す`);
  await page.keyboard.press('Control+z');
  await expect(page.locator('[data-current]')).toHaveAttribute('data-current', ticket.number);
  await finish(page);
});

test('one slip goes through two services, and a finish that was a mistake is undone', async ({ page, request }) => {
  await beginAnew(page, request);
  const [first = '', second = ''] = await servicesOf(request);
  const { ticket } = await issue(request, first, { then: [second] });
  await callUntil(page, ticket.number);
  await expect(page.locator('[data-then]')).toBeVisible();
  await finish(page);
  const next = (await officeOf(request)).services.find((one) => one.id === second);
  await expect(page.locator(`[data-go-on="${ticket.number}"]`)).toContainText(next?.name.ja ?? '');
  expect(await ticketOf(request, ticket.id)).toMatchObject({ state: 'waiting', service: second, number: ticket.number });
  await page.keyboard.press('z');
  await expect(page.locator('[data-current]')).toHaveAttribute('data-current', ticket.number);
  expect(await ticketOf(request, ticket.id)).toMatchObject({ service: first });
  await finish(page);
  await callUntil(page, ticket.number);
  await finish(page);
  expect(await ticketOf(request, ticket.id)).toMatchObject({ state: 'finished' });
});

test('a call is repeated once its lock-out has passed', async ({ page, request }) => {
  await beginAnew(page, request);
  const { ticket } = await issue(request, await serviceOf(request));
  await callUntil(page, ticket.number);
  const recall = page.locator('[data-act="recall"]');
  await expect(recall).toHaveAttribute('aria-disabled', 'true');
  await expect(recall).toContainText('1/');
  await expect(recall).toHaveAttribute('aria-disabled', 'false', { timeout: RECALL_MS_MAX });
  await page.keyboard.press('r');
  await expect(recall).toContainText('2/');
  await finish(page);
});

test('a lead calls a chosen number, and the reason says so', async ({ page, request }) => {
  await beginAnew(page, request);
  const service = await serviceOf(request);
  await issue(request, service);
  const { ticket } = await issue(request, service);
  await page.locator(`[data-ticket="${ticket.number}"] [data-act="call"]`).click();
  await expect(page.locator('[data-current]')).toHaveAttribute('data-current', ticket.number);
  await expect(page.locator('[data-reason="manual"]')).toBeVisible();
  await finish(page);
});

test('a paused counter calls nobody until it goes on', async ({ page, request }) => {
  await beginAnew(page, request);
  await issue(request, await serviceOf(request));
  await page.keyboard.press('b');
  await expect(page.locator('[data-act="resume"]')).toBeVisible();
  expect((await officeOf(request)).counters.find((one) => one.id === COUNTER)?.paused).toBe(true);
  // The one key does nothing while the command before it is on its way; the stream may have told of it first.
  await expect(async () => {
    await page.keyboard.press('F2');
    await expect(page.locator('[data-act="next"]')).toBeVisible({ timeout: 1_500 });
  }).toPass();
  expect((await officeOf(request)).counters.find((one) => one.id === COUNTER)?.paused).toBe(false);
});

test('a colleague takes the counter over with the number that stands there', async ({ browser, page, request }) => {
  await beginAnew(page, request);
  const { ticket } = await issue(request, await serviceOf(request));
  await callUntil(page, ticket.number);
  const other = await browser.newContext();
  const desk = await other.newPage();
  await sitDown(desk, colleague());
  await expect(desk.locator('[data-current]')).toHaveAttribute('data-current', ticket.number);
  await expect(page.locator(`[data-counter="${COUNTER}"]`)).toBeVisible();
  await finish(desk);
  await desk.locator('[data-act="menu"] summary').click();
  await desk.locator('[data-act="close"]').click();
  await expect(desk.locator(`[data-counter="${COUNTER}"]`)).toBeVisible();
  await other.close();
});

test('an emergency stands on every console until somebody clears it', async ({ browser, page, request }) => {
  await beginAnew(page, request);
  const other = await browser.newContext();
  const desk = await other.newPage();
  await login(desk, colleague());
  await expect(desk.locator('[data-counter]').first()).toBeVisible();
  await page.keyboard.down('Shift');
  await page.keyboard.down('F12');
  await expect(desk.locator('[data-alarm]')).toBeVisible();
  await page.keyboard.up('F12');
  await page.keyboard.up('Shift');
  await desk.locator('[data-alarm] [data-act="cleared"]').click();
  await expect(page.locator('[data-alarm]')).toHaveCount(0);
  await other.close();
});

test('the information desk issues for two services and takes a mistake back; staff are declared', async ({ page, request }) => {
  await login(page);
  await expect(page.locator('[data-counter], [data-current]').first()).toBeVisible();
  await page.goto('/console/?guide');
  const [first = '', second = ''] = await servicesOf(request);
  await page.locator('[data-wish="several"]').click();
  await page.locator(`[data-issue="${first}"]`).click();
  await page.locator(`[data-issue="${second}"]`).click();
  await page.locator('[data-act="issue"]').click();
  const issued = page.locator('[data-issued]');
  await expect(issued).toBeVisible();
  const number = await issued.getAttribute('data-issued');
  const ticket = (await officeOf(request)).tickets.find((one) => one.number === number && one.state === 'waiting');
  expect(ticket).toMatchObject({ service: first, then: [second], slip: 'none' });
  await page.locator('[data-act="take-back"]').click();
  await expect.poll(async () => (await officeOf(request)).order).not.toContain(number);
  await page.locator('[data-act="staff-more"]').click();
  await expect.poll(async () => (await officeOf(request)).staff.declared).toBeGreaterThan(1);
  await page.locator('[data-act="staff-count"]').click();
  await expect.poll(async () => (await officeOf(request)).staff.declared).toBeUndefined();
});

test('a notice stands on the boards until it is taken away', async ({ page, request }) => {
  await beginAnew(page, request);
  await page.locator('[data-tab="floor"]').click();
  await page.getByLabel('日本語').fill('ただいま混み合っています。');
  await page.locator('[data-act="announce"]').click();
  await expect.poll(async () => (await officeOf(request)).notice?.ja).toBe('ただいま混み合っています。');
  await page.locator('[data-act="unannounce"]').click();
  await expect.poll(async () => (await officeOf(request)).notice).toBeUndefined();
});
