import { expect, test } from '@playwright/test';

import type { CaseView, Me } from '../../src/generated/wire';
import { callUntil, colleague, finish, issue, serviceOf, sitDown } from './desk';

const typed = (field: string, value: string) => ({ field, value, provenance: 'typed' as const });
const card = (field: string, value: string) => ({ field, value, provenance: 'card' as const });

/** Nothing is too late yet. */
const yesterday = () => new Date(Date.now() - 24 * 3_600_000).toISOString().slice(0, 10);

test('a family’s plan and forms are seen to at the counter, and what another counter does meanwhile follows by itself', async ({ page, browser, request, baseURL }) => {
  await sitDown(page);
  const { ticket } = await issue(request, await serviceOf(request), {
    case: {
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
      plan: { life_event: 'bereavement', answers: [typed('died_on', yesterday()), typed('filed', 'yes'), typed('head', 'unknown'), typed('remaining', 'two_or_more'), typed('insurance', 'national')] },
    },
  });
  await callUntil(page, ticket.number);

  // 要確認 stands on top; the answer that the clerk asks for settles it.
  await expect(page.locator('[data-look="B2"]')).toContainText('世帯主変更届');
  await page.locator('[data-answers] > summary').click();
  const head = page.locator('[data-answers] [data-field="head"]');
  await head.locator('[data-act="edit-row"]').click();
  await head.locator('select').selectOption('yes');
  await head.locator('[data-act="save-row"]').click();
  await expect(page.locator('[data-look="B2"]')).toHaveCount(0);

  await page.locator('[data-line="B3"] [data-mark="done"]').click();
  await expect(page.locator('[data-line="B3"]')).toHaveAttribute('data-state', 'done');
  const copies = page.locator('[data-form="juminhyo"] [data-field="copies"]');
  await copies.locator('[data-act="edit-row"]').click();
  await copies.locator('input').fill('99');
  await copies.locator('input').press('Enter');
  await expect(copies.getByRole('alert')).toContainText('選べる範囲を超えています。');
  await copies.locator('input').fill('3');
  await copies.locator('input').press('Enter');
  await expect(copies).toContainText('3通');
  await expect(copies).toContainText('職員が入力');

  // A colleague settles another line from another machine.
  const elsewhere = await browser.newContext();
  const headers = () => ({ Origin: baseURL ?? '', 'Idempotency-Key': crypto.randomUUID() });
  const login = await elsewhere.request.post('/api/login', { headers: headers(), data: { account: colleague().name, password: colleague().password } });
  expect(login.ok(), await login.text()).toBe(true);
  const path = `/api/tickets/${ticket.id}/case`;
  const theirs = (await (await elsewhere.request.get(path)).json()) as CaseView;
  expect(theirs.revision).toBe(4);
  const change = (revision: number) => elsewhere.request.post(path, { headers: headers(), data: { revision, change: { kind: 'line', rule: 'B2', state: 'not_needed' } } });
  expect((await change(1)).status()).toBe(409);
  expect((await change(theirs.revision)).ok()).toBe(true);
  await expect(page.locator('[data-line="B2"]')).toHaveAttribute('data-state', 'not_needed');
  await expect(page.locator('[data-line="B2"]')).toContainText(((await login.json()) as Me).name);

  await page.reload();
  await expect(page.locator('[data-line="B3"]')).toHaveAttribute('data-state', 'done');
  await finish(page);
  await elsewhere.close();
});
