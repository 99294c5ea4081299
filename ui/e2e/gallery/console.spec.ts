import { expect, test, type Page } from '@playwright/test';

import { open } from './open';

interface Sent {
  path: string;
  body: unknown;
  key: string;
}

/** Opens a page of the gallery and keeps what it sends to the hub. */
async function listen(page: Page, show: string): Promise<() => Promise<Sent[]>> {
  await page.addInitScript(() => {
    const sent: unknown[] = [];
    Object.assign(window, { sent });
    window.addEventListener('gallery-command', (event) => sent.push((event as CustomEvent).detail));
    window.addEventListener('gallery-strip', (event) => sent.push({ path: 'strip', body: (event as CustomEvent).detail }));
  });
  await open(page, show);
  return () => page.evaluate(() => (window as unknown as { sent: Sent[] }).sent);
}
const act = (sent: Sent | undefined) => sent?.path.split('/').at(-1);

for (const key of ['F2', 'Space', 'Enter']) {
  test(`${key} alone calls the next one; pressed twice it is one press with one key`, async ({ page }) => {
    const sent = await listen(page, 'console/ready');
    await page.keyboard.press(key);
    await page.keyboard.press(key);
    await expect.poll(sent).toHaveLength(1);
    const [press] = await sent();
    expect(press?.path).toBe('/api/counters/3/next');
    expect(press?.key).toMatch(/^[0-9a-f-]{36}$/);
  });
}

test('after a click the space bar means the one key again, not the button that was clicked', async ({ page }) => {
  const sent = await listen(page, 'console/called');
  await page.locator('[data-list="held"]').click();
  await page.keyboard.press('Space');
  await expect.poll(async () => (await sent()).map(act)).toEqual(['start']);
});

test('no key does anything while somebody types', async ({ page }) => {
  const sent = await listen(page, 'console/called');
  await page.locator('[data-tab="floor"]').click();
  await page.getByLabel('日本語').fill('');
  await page.getByLabel('日本語').pressSequentially('nsxez ');
  await expect(page.getByLabel('日本語')).toHaveValue('nsxez ');
  expect(await sent()).toEqual([]);
});

test('a call is repeated only when its time has come, and as often as the office calls', async ({ page }) => {
  const sent = await listen(page, 'console/called_just_now');
  const recall = page.locator('[data-act="recall"]');
  await expect(recall).toContainText('1/3回');
  await expect(recall).toContainText(/あと\d+秒/);
  await recall.click({ force: true });
  await open(page, 'console/called_again');
  await expect(recall).toContainText('3/3回');
  await expect(recall).toContainText('上限');
  await page.keyboard.press('r');
  expect(await sent()).toEqual([]);
  await open(page, 'console/called');
  await page.keyboard.press('r');
  await expect.poll(async () => (await sent()).map(act)).toEqual(['recall']);
});

test('two keys set a number aside with its reason', async ({ page }) => {
  const sent = await listen(page, 'console/called');
  await page.keyboard.press('h');
  await expect(page.getByRole('dialog')).toContainText('A-012');
  await page.keyboard.press('1');
  await expect.poll(sent).toMatchObject([{ body: { reason: 'writing' } }]);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByText('A-012 を保留にしました。')).toBeVisible();
});

test('a number is passed on by keys alone: to whom, with a note', async ({ page }) => {
  const sent = await listen(page, 'console/called');
  await page.keyboard.press('t');
  await page.locator('[data-kind="clerk"]').click();
  await page.keyboard.press('1');
  await page.keyboard.type('写しを2通');
  await page.keyboard.press('Enter');
  await expect.poll(sent).toMatchObject([{ body: { to: { kind: 'clerk', id: 'suzuki' }, note: '写しを2通' } }]);
});

test('the services after this one are set in the order in which they are chosen', async ({ page }) => {
  const sent = await listen(page, 'console/called');
  await page.locator('[data-ticket="A-013"] [data-act="open"]').click();
  await page.getByRole('dialog').getByRole('button', { name: 'このあとの業務' }).click();
  await page.locator('[data-option="children"]').click();
  await page.locator('[data-option="moving"]').click();
  await page.locator('[data-act="do-plan"]').click();
  await expect.poll(sent).toMatchObject([{ body: { then: ['children', 'moving'] } }]);
});

test('a cancelled number asks for a reason, not for a confirmation, and Escape keeps it', async ({ page }) => {
  const sent = await listen(page, 'console/called');
  await page.locator('[data-ticket="A-013"] [data-act="open"]').click();
  await page.getByRole('dialog').getByRole('button', { name: '取消' }).click();
  await page.keyboard.press('Escape');
  expect(await sent()).toEqual([]);
  await page.locator('[data-ticket="A-013"] [data-act="open"]').click();
  await page.getByRole('dialog').getByRole('button', { name: '取消' }).click();
  await page.locator('[data-option="left"]').click();
  await expect.poll(sent).toMatchObject([{ body: { reason: 'left' } }]);
});

test('whoever was missed waits again where the clerk says, and the button says what it would undo', async ({ page }) => {
  const sent = await listen(page, 'console/called');
  await expect(page.locator('[data-act="undo"]')).toBeDisabled();
  await page.locator('[data-list="missed"]').click();
  await page.locator('[data-ticket="A-011"] [data-place="next"]').click();
  await expect.poll(sent).toMatchObject([{ body: { place: 'next' } }]);
  await expect(page.locator('[data-act="undo"]')).toContainText('A-011 を待ちに戻したのを元に戻す');
  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await sent()).map((one) => one.path)).toContain('/api/undo');
  await expect(page.locator('[data-act="undo"]')).toBeDisabled();
});

test('each list says what it holds, and long waits are told by shape and words', async ({ page }) => {
  await open(page, 'console/called');
  await expect(page.locator('[data-ticket="A-013"]')).toContainText('▲15分超');
  await expect(page.locator('[data-ticket="B-003"]')).toContainText('3番窓口あて');
  await expect(page.locator('[data-ticket="A-015"]')).toContainText('優先');
  await expect(page.locator('[data-ticket="C-004"]')).toHaveCount(0);
  await page.locator('[data-filter="all"]').click();
  await expect(page.locator('[data-ticket="C-004"]')).toBeVisible();
  await page.locator('[data-list="held"]').click();
  await expect(page.locator('[data-ticket="A-008"]')).toContainText('書類の記入中');
  await expect(page.locator('[data-ticket="A-008"] [data-act="call"]')).toBeVisible();
  await page.locator('[data-list="elsewhere"]').click();
  await expect(page.locator('[data-ticket="B-004"]')).toContainText('5番窓口');
});

test('arrow keys walk the list, and Enter opens the chosen number', async ({ page }) => {
  await open(page, 'console/called');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('[data-ticket="A-013"]')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toContainText('A-013 の操作');
});

test('three hundred who wait are laid out only where they are seen, and the last one can be reached', async ({ page }) => {
  await open(page, 'console/crowd');
  await expect(page.locator('[data-row]')).toHaveCount(300);
  const last = page.locator('[data-row]').last();
  expect(await last.evaluate((row) => getComputedStyle(row).contentVisibility)).toBe('auto');
  await page.locator('.lists').evaluate((list) => { list.scrollTop = list.scrollHeight; });
  await expect(last).toBeInViewport();
});

test('why a number was called is a sentence to show, in two languages', async ({ page }) => {
  await open(page, 'console/called_again');
  await page.locator('[data-reason="override"]').click();
  await expect(page.locator('[data-why="ja"]')).toContainText('30分以上お待ち');
  await expect(page.locator('[data-why="en"]')).toContainText('more than 30 minutes');
});

test('whoever has another service ahead is told where to go, in large letters', async ({ page }) => {
  await open(page, 'console/serving');
  await page.keyboard.press('e');
  const on = page.locator('[data-go-on="A-012"]');
  await expect(on).toContainText('次は 7番窓口 国民健康保険・年金 です');
  await expect(on).toContainText('1階 保険年金課');
});

test('the emergency button takes a second; a touch does nothing', async ({ page }) => {
  const sent = await listen(page, 'console/called');
  await page.locator('[data-act="alarm"]').click();
  expect(await sent()).toEqual([]);
  await page.keyboard.down('Shift');
  await page.keyboard.down('F12');
  await expect.poll(sent).toMatchObject([{ path: '/api/alarm', body: { place: '3番窓口' } }]);
  await page.keyboard.up('F12');
  await page.keyboard.up('Shift');
});

test('an alarm and a call from a kiosk stand on every console and are answered there', async ({ page }) => {
  const sent = await listen(page, 'console/alarm');
  await page.locator('[data-alarm="5番窓口"] [data-act="cleared"]').click();
  await page.locator('[data-help="1階ロビー 1号機"] [data-act="answered"]').click();
  await expect.poll(async () => (await sent()).map((one) => one.path)).toEqual(['/api/alarm/cleared', '/api/help/answered']);
});

test('the strip has the one key, and F10 makes the window large again', async ({ page }) => {
  await page.setViewportSize({ width: 820, height: 108 });
  const sent = await listen(page, 'console/compact');
  expect(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true);
  await page.keyboard.press('F2');
  await expect.poll(async () => (await sent()).map(act)).toEqual(['start']);
  await page.keyboard.press('F10');
  await expect.poll(async () => (await sent()).at(-1)).toMatchObject({ path: 'strip', body: false });
  await expect(page.locator('[data-act="menu"]')).toBeVisible();
});

test('the information desk issues with one touch and takes a mistake back', async ({ page }) => {
  const sent = await listen(page, 'console/guide');
  await page.locator('[data-language="en"]').click();
  await page.locator('[data-wish="considerate"]').click();
  await page.locator('[data-issue="insurance"]').click();
  await expect(page.locator('[data-issued="C-018"]')).toBeVisible();
  await page.locator('[data-act="take-back"]').click();
  await expect.poll(sent).toMatchObject([
    { path: '/api/tickets', body: { service: 'insurance', language: 'en', considerate: true } },
    { body: { reason: 'mistake' } },
  ]);
});

test('several services are issued in the order in which they were touched, and nobody inherits wishes', async ({ page }) => {
  const sent = await listen(page, 'console/guide');
  await page.locator('[data-wish="several"]').click();
  await page.locator('[data-issue="insurance"]').click();
  await page.locator('[data-issue="certificates"]').click();
  await page.locator('[data-act="issue"]').click();
  await expect.poll(sent).toMatchObject([{ body: { service: 'insurance', then: ['certificates'] } }]);
  await page.locator('[data-act="next-visitor"]').click();
  await expect(page.locator('[data-wish="several"]')).toHaveAttribute('aria-pressed', 'false');
});

test('the number of staff is declared beside what the counters say', async ({ page }) => {
  const sent = await listen(page, 'console/guide');
  await expect(page.locator('[data-staff="4"]')).toContainText('開いている窓口は 3');
  await page.locator('[data-act="staff-more"]').click();
  await page.locator('[data-act="staff-count"]').click();
  await expect.poll(async () => (await sent()).map((one) => one.body)).toEqual([{ count: 5 }, {}]);
});

test('a case is veiled when the window is left, and leaves the screen after three silent minutes', async ({ page }) => {
  await page.clock.install();
  await open(page, 'console/called');
  await expect(page.locator('[data-field="name"]')).toBeVisible();
  await page.evaluate(() => window.dispatchEvent(new Event('blur')));
  await expect(page.locator('.veil')).toBeVisible();
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(page.locator('.veil')).toHaveCount(0);
  await page.clock.fastForward('03:05');
  await expect(page.locator('[data-field="name"]')).toHaveCount(0);
  await page.locator('[data-act="reopen"]').click();
  await expect(page.locator('[data-field="name"]')).toBeVisible();
});

test('a value that is half written is put out of sight, not thrown away', async ({ page }) => {
  await page.clock.install();
  await open(page, 'console/called');
  await page.locator('[data-field="name"] [data-act="edit-row"]').click();
  await page.locator('[data-edit="name"] input').fill('架空 途中');
  await page.clock.fastForward('03:05');
  await expect(page.locator('[data-field="name"]')).toBeHidden();
  await page.locator('[data-act="reopen"]').click();
  await expect(page.locator('[data-edit="name"] input')).toHaveValue('架空 途中');
});

test('names stand in the case and nowhere else', async ({ page }) => {
  await open(page, 'console/called');
  await expect(page.locator('[data-field="name"]')).toContainText('髙橋 花子');
  await page.locator('#pane').evaluate((pane) => { pane.remove(); });
  await expect(page.locator('body')).not.toContainText('髙橋');
  expect(await page.title()).not.toContain('髙橋');
});

test('a colleague’s counter is taken over only after a question', async ({ page }) => {
  const sent = await listen(page, 'console/choose');
  await page.locator('[data-counter="5"]').click();
  await expect(page.getByRole('dialog')).toContainText('鈴木');
  expect(await sent()).toEqual([]);
  await page.locator('[data-act="take-over"]').click();
  await expect.poll(async () => (await sent()).map((one) => one.path)).toEqual(['/api/counters/5/take-over']);
});

test('preferences are three words', async ({ page }) => {
  const sent = await listen(page, 'console/called');
  await page.locator('[data-act="menu"] summary').click();
  await page.locator('[data-act="assign"]').click();
  await page.locator('[data-assign="moving"] [data-preference="more"]').click();
  await page.locator('[data-act="do-assign"]').click();
  await expect.poll(sent).toMatchObject([{ body: { services: [{ service: 'certificates', weight: 100 }, { service: 'moving', weight: 200 }] } }]);
});

test('a booked citizen who comes to the desk is checked in by hand', async ({ page }) => {
  const sent = await listen(page, 'console/called');
  await page.locator('[data-tab="bookings"]').click();
  await page.locator('[data-booking="T6DJ-77EB"] [data-act="check-in"]').click();
  await expect.poll(sent).toMatchObject([{ body: { service: 'insurance', booking: 'T6DJ-77EB' } }]);
});

test('? shows every key', async ({ page }) => {
  await open(page, 'console/called');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toContainText('もう一度呼ぶ');
});
