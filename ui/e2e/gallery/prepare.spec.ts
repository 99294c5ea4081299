import { expect, test, type Page } from '@playwright/test';

import { open } from './open';

interface Sent {
  path: string;
  body?: { revision?: number; change?: Record<string, unknown>; ticket?: string; day?: string; booking?: string };
  bytes?: number;
  key?: string;
}

/** Opens a state and gathers what the page sends to the hub. */
async function sentBy(page: Page, show: string): Promise<() => Promise<Sent[]>> {
  await page.addInitScript(() => {
    const sent: unknown[] = [];
    Object.assign(window, { sent });
    addEventListener('gallery-command', (event) => sent.push((event as CustomEvent<unknown>).detail));
  });
  await page.setViewportSize({ width: 1400, height: 1000 });
  await open(page, show);
  return () => page.evaluate(() => (window as unknown as { sent: Sent[] }).sent);
}
const changes = async (sent: () => Promise<Sent[]>) => (await sent()).flatMap((one) => (one.body?.change ? [one.body.change] : []));

test('V leads from the desk to the next opening day, and Escape back to the desk', async ({ page }) => {
  await open(page, 'console/called');
  await page.keyboard.press('v');
  await expect(page.locator('[data-prepare]')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('[data-current="A-012"]')).toBeVisible();
});

test('a day says who comes and how far each visit is, in shapes and words', async ({ page }) => {
  await open(page, 'console/prepare');
  await expect(page.locator('[data-day="2026-11-25"]')).toHaveText('2026年11月25日(水)');
  await expect(page.locator('[data-visits="14"]')).toContainText('準備済 4準備中 8未着手 1取消 1');
  await expect(page.locator('[data-visit="booking M4TR-82KD"]')).toContainText('6件中 2件 準備済');
  await expect(page.locator('[data-visit="booking C2PN-64ZV"]')).toContainText('未着手');
  await expect(page.locator('[data-visit="announced 20261118004711"]')).toContainText('架空 次郎');
  await open(page, 'console/prepare_today');
  await expect(page.locator('[data-state="attached"]')).toContainText('B-006');
});

test('days and visits are reached by keys alone', async ({ page }) => {
  await sentBy(page, 'console/prepare');
  await expect(page.locator('[data-visits]')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('[data-none]')).toContainText('この日に準備する来庁はありません');
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('[data-visits]')).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-visit-open="not_begun"] h2')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.locator('[data-visit="booking C2PN-64ZV"] button')).toBeFocused();
});

test('a department ticks off its lines, takes one back, and says 不要 and 後日', async ({ page }) => {
  const sent = await sentBy(page, 'console/prepare_visit');
  const line = page.locator('[data-line="B29"]');
  await line.locator('[data-mark="prepared"]').click();
  await expect(line).toHaveAttribute('data-prepared', 'yes');
  await expect(line).toContainText('準備済 11月24日(火) 10:20 田中');
  await expect(page.locator('[data-visit-open] [data-progress]')).toHaveAttribute('data-progress', '3/5');
  await line.locator('[data-mark="prepared"]').click();
  await expect(line).not.toHaveAttribute('data-prepared', 'yes');
  await page.locator('[data-line="B4"] [data-mark="later"]').click();
  await expect(page.locator('[data-line="B4"]')).toHaveAttribute('data-state', 'later');
  // Whoever prepares a line takes back that it was not needed.
  await page.locator('[data-line="B13"] [data-mark="prepared"]').click();
  await expect(page.locator('[data-line="B13"]')).toHaveAttribute('data-prepared', 'yes');
  expect(await changes(sent)).toEqual([
    { kind: 'prepared', rule: 'B29', prepared: true },
    { kind: 'prepared', rule: 'B29', prepared: false },
    { kind: 'line', rule: 'B4', state: 'later' },
    { kind: 'line', rule: 'B13', state: 'open' },
    { kind: 'prepared', rule: 'B13', prepared: true },
  ]);
});

test('what is filed elsewhere or happens by itself is not prepared', async ({ page }) => {
  await open(page, 'console/prepare_visit');
  await expect(page.locator('[data-line="B10"]')).toBeVisible();
  await expect(page.locator('[data-line="B10"] [data-mark], [data-line="B24"] [data-mark]')).toHaveCount(0);
});

test('a visit that nobody has begun says what beginning does, and begins by one press', async ({ page }) => {
  const sent = await sentBy(page, 'console/prepare_begin');
  await page.locator('[data-act="begin"]').click();
  await expect.poll(async () => (await sent()).map((one) => [one.path, one.body])).toEqual([['/api/prepared', { day: '2026-11-25', booking: 'C2PN-64ZV' }]]);
});

test('while nobody has answered, the questions stand open above the plan', async ({ page }) => {
  await open(page, 'console/prepare_unasked');
  await expect(page.locator('[data-answers]')).toHaveAttribute('open', '');
  await open(page, 'console/prepare_visit');
  await expect(page.locator('[data-answers]')).toBeVisible();
  await expect(page.locator('[data-answers]')).not.toHaveAttribute('open', '');
});

test('on the telephone one question follows the other, by keys alone', async ({ page }) => {
  const sent = await sentBy(page, 'console/prepare_unasked');
  await page.locator('[data-answers] [data-field="householder"] [data-act="edit-row"]').click();
  await page.locator('[data-edit="householder"] select').selectOption('yes');
  await page.locator('[data-edit="householder"] [data-act="save-row"]').press('Enter');
  await expect(page.locator('[data-edit="pension"] select')).toBeFocused();
  await page.locator('[data-edit="pension"] select').selectOption('unknown');
  await page.locator('[data-edit="pension"] [data-act="save-row"]').press('Enter');
  await expect(page.locator('[data-edit="died_on"] input')).toBeFocused();
  await page.keyboard.type('R8.11.10');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-edit]')).toHaveCount(0);
  expect(await changes(sent)).toEqual([
    { kind: 'answer', field: 'householder', value: 'yes' },
    { kind: 'answer', field: 'pension', value: 'unknown' },
    { kind: 'answer', field: 'died_on', value: '2026-11-10' },
  ]);
});

test('where another department was faster that is said, and what was typed stays under the hand', async ({ page }) => {
  await open(page, 'console/prepare_changed');
  const row = page.locator('[data-form="idou"] [data-field="head"]');
  await row.locator('[data-act="edit-row"]').click();
  await page.keyboard.type('架空 太郎');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-notice]')).toContainText('ほかの窓口がこの申請内容を変更しました。');
  await expect(row.locator('input')).toHaveValue('架空 太郎');
});

test('a form is found by name and added; one that is taken away comes back by one press', async ({ page }) => {
  const sent = await sentBy(page, 'console/prepare_visit');
  await page.locator('[data-act="search-form"]').fill('すいどう');
  await expect(page.locator('[data-choosing]')).toContainText('その名前の申請書はありません');
  await page.locator('[data-act="search-form"]').fill('水道');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-form="suido"]')).toBeVisible();
  await page.locator('[data-remove="suido"]').click();
  await expect(page.locator('[data-form="suido"]')).toHaveCount(0);
  await page.locator('[data-act="bring-back"]').click();
  await expect(page.locator('[data-form="suido"]')).toBeVisible();
  expect(await changes(sent)).toEqual([
    { kind: 'add_form', procedure: 'suido' },
    { kind: 'remove_form', procedure: 'suido' },
    { kind: 'add_form', procedure: 'suido' },
  ]);
});

test('a cancelled visit is read and not written, and one that was erased says what to do', async ({ page }) => {
  await open(page, 'console/prepare_cancelled');
  await expect(page.locator('[data-visit-open="cancelled"]')).toContainText('この予約は取り消されました。');
  await expect(page.locator('[data-line="B2"]')).toBeVisible();
  await expect(page.locator('[data-mark], [data-choosing]')).toHaveCount(0);
  await open(page, 'console/prepare_gone');
  await expect(page.locator('[data-gone]')).toContainText('聞き取りで始める');
});

test('what was prepared is given to the number at the counter, and taken back', async ({ page }) => {
  const sent = await sentBy(page, 'console/prepare_attach');
  await page.locator('[data-act="attach"]').click();
  await expect(page.locator('[data-said]')).toContainText('A-012 の申請内容にしました');
  expect((await sent()).at(-1)).toMatchObject({ path: expect.stringMatching(/\/attach$/) as unknown, body: { ticket: expect.any(String) as unknown } });
  await open(page, 'console/prepare_attach_refused');
  await page.locator('[data-act="attach"]').click();
  await expect(page.locator('[data-trouble]')).toContainText('ほかの番号札に結び付いています');
  await open(page, 'console/prepare_attached');
  await page.locator('[data-act="detach"]').click();
  await expect(page.locator('[data-asking="detach"]')).toContainText('消えることがあります');
  await page.locator('[data-act="do-detach"]').click();
  await expect.poll(async () => (await sent()).at(-1)?.path).toMatch(/\/detach$/);
});

test('one visit and a whole day are printed, with how far it is', async ({ page }) => {
  const sent = await sentBy(page, 'console/prepare_visit');
  await expect(page.getByRole('img', { name: '申請書の見本 1ページ目' })).toBeVisible();
  await page.locator('[data-act="print-visit"]').click();
  await expect.poll(async () => (await sent()).at(-1)?.path).toMatch(/^\/api\/prepared\/[0-9a-f-]+\/paper\.pdf$/);
  await page.locator('[data-act="print-day"]').click();
  await expect(page.locator('[data-printed="0"]')).toHaveAttribute('data-of', '12');
  await page.locator('[data-act="do-print-day"]').click();
  await expect(page.locator('[data-printed="12"]')).toContainText('12件すべてを印刷に送りました');
  expect((await sent()).at(-1)?.path).toMatch(/^\/api\/prepared\/days\/2026-11-25\/paper\.pdf\?of=(?:[0-9a-f-]{36},){11}[0-9a-f-]{36}$/);
});

test('a list is tried first: each row that cannot be taken is named with its column and its reason', async ({ page }) => {
  const sent = await sentBy(page, 'console/prepare');
  await page.locator('[data-act="import"]').click();
  await page.locator('input[type="file"]').setInputFiles({ name: '来庁予定.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n') });
  await expect(page.locator('[data-import="tried"]')).toBeVisible();
  await expect(page.locator('[data-line-why]')).toHaveText([/4行目 C列 「来庁予定日」\s*来庁予定日を過ぎています。/, /9行目\s*職員が直した内容と違います。/, /12行目\s*来庁予定日だけ変えました。/]);
  expect((await sent()).map((one) => [one.path, one.bytes])).toEqual([['/api/prepared/import?dry_run', 4]]);
});

test('a list that was tried is taken, and its days are opened from there', async ({ page }) => {
  const sent = await sentBy(page, 'import/tried');
  await expect(page.locator('[data-line-why="day_over"]')).toContainText('4行目 C列 「来庁予定日」');
  await expect(page.locator('[data-line-why="day_over"]')).toContainText('来庁予定日を過ぎています。');
  await expect(page.locator('[data-count="refused"]')).toContainText('1');
  await page.locator('[data-act="take"]').click();
  await expect(page.locator('[data-taken]')).toContainText('11件を取り込みました。');
  await expect(page.locator('[data-act="open-day"]').first()).toBeVisible();
  const [tried, taken] = await sent();
  expect([tried?.path, taken?.path]).toEqual(['/api/prepared/import?dry_run', '/api/prepared/import']);
  expect(tried?.key).not.toBe(taken?.key);
});

test('a list that was taken is taken back after a question, and so is one that is chosen again', async ({ page }) => {
  const sent = await sentBy(page, 'import/tried');
  await page.locator('[data-act="take"]').click();
  await page.locator('[data-act="undo"]').click();
  await expect(page.locator('[data-asking="undo"]')).toContainText('元に戻せません');
  await page.locator('[data-act="do-undo"]').click();
  await expect(page.locator('[data-undone="11"]')).toContainText('11件の準備を消去しました。');
  await expect(page.locator('[data-act="undo"]')).toHaveCount(0);
  expect((await sent()).at(-1)?.path).toBe('/api/prepared/import/undo');
  await open(page, 'import/nothing');
  await expect(page.locator('[data-act="undo"]')).toContainText('12件');
});

test('one visit is erased after a question, and one of another day is given to whoever has come', async ({ page }) => {
  const sent = await sentBy(page, 'console/prepare_cancelled');
  await page.locator('[data-act="erase"]').click();
  await expect(page.getByRole('dialog')).toContainText('元に戻せません');
  await page.locator('[data-act="do-erase"]').click();
  await expect.poll(async () => (await sent()).filter((one) => one.path.startsWith('/api/')).at(-1)?.path).toMatch(/\/erase$/);
  await open(page, 'console/prepare_attach_other_day');
  await expect(page.locator('[data-other-day="2026-11-25"]')).toContainText('来庁予定は 2026年11月25日(水) です');
  await expect(page.locator('[data-act="attach"]')).toBeVisible();
});

test('a file that cannot be a list, or holds individual numbers, is refused whole, in words', async ({ page }) => {
  await open(page, 'import/no_csv');
  await expect(page.getByRole('alert')).toContainText('CSVファイルではありません');
  await open(page, 'import/refused');
  await expect(page.locator('[data-file-refused="individual_number"]')).toContainText('F列 「個人番号」');
  await expect(page.locator('[data-act="take"]')).toHaveCount(0);
  await open(page, 'import/away');
  await expect(page.locator('[data-act="again"]')).toBeVisible();
});

test('a number whose visit was prepared says so at once, with what departments prepared', async ({ page }) => {
  const sent = await sentBy(page, 'console/serving_prepared');
  await expect(page.locator('[data-prepared-case]')).toContainText('準備済みの来庁です');
  await expect(page.locator('[data-line="B2"]')).toContainText('準備済 11月24日(火) 8:50 田中');
  await expect(page.locator('[data-line="B2"] [data-mark="done"]')).toBeVisible();
  await page.locator('[data-act="detach"]').click();
  await page.locator('[data-act="keep-attached"]').click();
  await page.locator('[data-act="detach"]').click();
  await page.locator('[data-act="do-detach"]').click();
  await expect.poll(async () => (await sent()).at(-1)?.path).toMatch(/\/detach$/);
});

test('a number without a case is begun by asking, with a life event or a form', async ({ page }) => {
  const sent = await sentBy(page, 'console/serving_without');
  await page.locator('[data-act="start-case"]').click();
  await expect(page.locator('[data-choosing]')).toContainText('ご用件をうかがい');
  await page.locator('[data-act="add-plan"][data-place="bereavement"]').click();
  await expect(page.locator('[data-plan-of="bereavement"]')).toBeVisible();
  expect((await sent()).map((one) => one.path.replace(/[0-9a-f-]{36}/, 'id'))).toEqual(['/api/tickets/id/case/start', '/api/tickets/id/case']);
});

test('a number without a case is given what was prepared for today', async ({ page }) => {
  const sent = await sentBy(page, 'console/serving_without');
  await page.locator('[data-act="prepared-today"]').click();
  await expect(page.locator('[data-to-come]')).toHaveCount(1);
  // Who comes a day early is found on the day that they had said.
  await page.locator('[data-act="day-after"]').click();
  await expect(page.locator('[data-to-come]')).toHaveCount(12);
  await page.locator('[data-act="today"]').click();
  await page.locator('[data-to-come="booking T6DJ-77EB"] [data-act="use"]').click();
  await expect.poll(async () => (await sent()).at(-1)?.path).toMatch(/^\/api\/prepared\/.+\/attach$/);
});

test('a case that is gone offers no second reading, but what to do next', async ({ page }) => {
  await open(page, 'console/serving_case_gone');
  const gone = page.locator('[data-case-gone]');
  await expect(gone).toContainText('印刷した申請書があれば');
  await expect(page.locator('#pane')).not.toContainText('もう一度読み込む');
  await expect(gone).toContainText('新しい番号札を発券し');
});

test('names of those who are announced are veiled when the window is left, and leave after three silent minutes', async ({ page }) => {
  await page.clock.install();
  await open(page, 'console/prepare');
  await expect(page.getByText('架空 次郎')).toBeVisible();
  await page.evaluate(() => window.dispatchEvent(new Event('blur')));
  await expect(page.locator('.veil')).toBeVisible();
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(page.locator('.veil')).toHaveCount(0);
  await page.clock.fastForward('03:05');
  await expect(page.getByText('架空 次郎')).toHaveCount(0);
  await page.locator('[data-act="reopen"]').click();
  await expect(page.getByText('架空 次郎')).toBeVisible();
});
