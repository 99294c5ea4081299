import { expect, test, type Page } from '@playwright/test';

import { asDevice, beginAnew, callUntil, COUNTER, issue, officeOf, serviceOf } from './desk';

/** A board of the hall, enrolled. */
async function board(page: Page, id?: string): Promise<void> {
  await page.setExtraHTTPHeaders(asDevice());
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.goto(id === undefined ? '/board/' : `/board/?board=${id}`);
  await expect(page.locator('[data-service]').first()).toBeVisible();
}

test('each board shows its own services, and the first one is the one without a name', async ({ page, request }) => {
  const office = await officeOf(request);
  const [first] = office.boards;
  if (!first) throw new Error('this office has no boards');
  await board(page);
  await expect(page.locator('[data-board]')).toHaveAttribute('data-board', first.id);
  for (const one of office.boards) {
    await board(page, one.id);
    const shown = await page.locator('[data-service]').evaluateAll((all) => all.map((service) => service.getAttribute('data-service')));
    const expected = office.services.map((service) => service.id).filter((id) => one.services.length === 0 || one.services.includes(id));
    expect(shown).toEqual(expected);
  }
});

test('a call is announced, called once more, missed, and found among the missed', async ({ browser, page, request }) => {
  const hall = await browser.newPage();
  await board(hall);
  await beginAnew(page, request);
  const { ticket } = await issue(request, await serviceOf(request), { language: 'en' });
  await callUntil(page, ticket.number);
  const call = hall.locator(`[data-call="${ticket.number}"]`);
  await expect(call).toHaveAttribute('data-counter', COUNTER);
  await expect(call).toHaveAttribute('data-announcing', 'true');
  await expect(call.locator('.please')).toContainText('please come to');
  await page.keyboard.press('x');
  await expect(call).toHaveCount(0);
  await expect(hall.locator(`[data-missed="${ticket.number}"]`)).toBeVisible();
  await hall.close();
});

test('whoever has another service before them is told where it is', async ({ browser, page, request }) => {
  const office = await officeOf(request);
  const service = await serviceOf(request);
  const [first] = office.boards;
  const next = office.services.find((one) => one.id !== service && (first?.services.length === 0 || first?.services.includes(one.id)));
  if (!next) throw new Error('the first board shows one service only');
  const hall = await browser.newPage();
  await board(hall);
  await beginAnew(page, request);
  const { ticket } = await issue(request, service, { then: [next.id] });
  await callUntil(page, ticket.number);
  for (const act of ['start', 'finish']) {
    const answer = await page.request.post(`/api/tickets/${ticket.id}/${act}`, {
      headers: { 'Idempotency-Key': crypto.randomUUID(), Origin: new URL(page.url()).origin },
      data: { counter: COUNTER },
    });
    expect(answer.ok(), await answer.text()).toBe(true);
  }
  await expect(hall.locator(`[data-onward="${ticket.number}"]`)).toContainText(next.name.ja ?? '');
  await hall.close();
});
