import { expect, request as api, test, type Page } from '@playwright/test';

import type { DevicesView, EnrolmentCode } from '../../src/generated/wire';
import { callUntil, COUNTER, finish, issue, serviceOf, sitDown } from './desk';

const typed = (field: string, value: string) => ({ field, value, provenance: 'typed' as const });

/** A code for the tablet of the counter of these tests; one that lay there before is put out. */
async function codeForTablet(name: string, baseURL: string): Promise<string> {
  const lead = await api.newContext({ baseURL });
  const login = { account: process.env.UKETSUKE_ACCOUNT ?? '', password: process.env.UKETSUKE_PASSWORD ?? '' };
  expect((await lead.post('/api/login', { data: login })).status()).toBe(200);
  const { devices } = (await (await lead.get('/api/devices')).json()) as DevicesView;
  for (const { id } of devices.filter((one) => one.counter === COUNTER)) expect((await lead.post(`/api/devices/${id}/revoke`)).ok()).toBe(true);
  const answer = await lead.post('/api/devices', { data: { name, kind: 'tablet', counter: COUNTER } });
  expect(answer.ok(), await answer.text()).toBe(true);
  const { code } = (await answer.json()) as EnrolmentCode;
  await lead.dispose();
  return code;
}

/** A name, as a finger draws it. */
async function draw(page: Page): Promise<void> {
  const pad = await page.locator('[data-pad]').boundingBox();
  if (pad === null) throw new Error('there is no field to sign');
  for (const [x, y] of [[0.15, 0.3], [0.4, 0.5], [0.6, 0.25]] as const) {
    await page.mouse.move(pad.x + pad.width * x, pad.y + pad.height * y);
    await page.mouse.down();
    await page.mouse.move(pad.x + pad.width * (x + 0.1), pad.y + pad.height * (y + 0.3), { steps: 8 });
    await page.mouse.move(pad.x + pad.width * (x + 0.2), pad.y + pad.height * y, { steps: 8 });
    await page.mouse.up();
  }
}

test('a form is signed on the tablet of the counter, and has to be signed again after a change', async ({ page, browser, request, baseURL }) => {
  const hub = baseURL ?? '';
  const hall = await browser.newContext({ baseURL: hub, viewport: { width: 1280, height: 800 } });
  const tablet = await hall.newPage();
  const name = `tablet ${String(Date.now())}`;
  const code = await codeForTablet(name, hub);
  await tablet.goto('/sign/');
  await expect(tablet, 'a tablet that nobody let in shows where that is done').toHaveURL(/\/enrol\/$/);
  for (const sign of code.replace('-', '')) await tablet.locator(`[data-sign="${sign}"]`).click();
  await tablet.locator('[data-act="enrol"]').click();
  await tablet.locator('[data-act="open-sign"]').click();
  const screen = tablet.locator('[data-tablet]');
  await expect(screen).toHaveAttribute('data-tablet', 'idle');

  await sitDown(page);
  const { ticket } = await issue(request, await serviceOf(request), {
    case: { forms: [{ procedure: 'shotoku_shomei', unfinished: true, answers: [typed('applicant_name', '福山 花子'), typed('relation', 'self'), typed('kind', 'income')] }] },
  });
  await callUntil(page, ticket.number);
  const signature = page.locator('[data-form="shotoku_shomei"] [data-signature]');
  await expect(signature).toHaveAttribute('data-signature', 'tablet');

  // The clerk takes it back: what was shown leaves the tablet.
  await signature.locator('[data-act="ask-sign"]').click();
  await expect(tablet.locator('[data-sheet]')).toContainText('福山 花子');
  await signature.locator('[data-act="cancel-sign"]').click();
  await expect(signature.locator('[data-over="cancelled"]')).toBeVisible();
  await expect(screen).toHaveAttribute('data-tablet', 'over');
  await expect(tablet.locator('body')).not.toContainText('福山 花子');

  await signature.locator('[data-act="ask-sign"]').click();
  await expect(tablet.locator('[data-sheet]')).toContainText('福山 花子');
  await tablet.locator('[data-act="confirm"]').click();
  await expect(tablet.getByRole('alert')).toContainText('お名前が書かれていません');
  await draw(tablet);
  await expect(tablet.locator('[data-pad]')).toHaveAttribute('data-strokes', '3');
  await tablet.locator('[data-act="again"]').click();
  await expect(tablet.locator('[data-pad]')).toHaveAttribute('data-strokes', '0');
  await draw(tablet);
  await tablet.locator('[data-act="confirm"]').click();
  await expect(screen).toHaveAttribute('data-tablet', 'thanks');
  await expect(tablet.locator('body')).not.toContainText('福山 花子');
  await expect(signature).toHaveAttribute('data-signature', 'given');
  await expect(signature).toContainText(name);

  const row = page.locator('[data-form="shotoku_shomei"] [data-field="applicant_name"]');
  await row.locator('[data-act="edit-row"]').click();
  await row.locator('input').fill('福山 華子');
  await row.locator('input').press('Enter');
  await expect(signature).toHaveAttribute('data-signature', 'voided');
  await expect(signature).toContainText('サインのあとに変更されました。もう一度サインをもらってください');

  // A ticket that leaves the counter takes its form with it.
  await signature.locator('[data-act="ask-sign"]').click();
  await expect(tablet.locator('[data-sheet]')).toContainText('福山 華子');
  await finish(page);
  await expect(tablet.locator('[data-sheet]')).toHaveCount(0);
  await hall.close();
});
