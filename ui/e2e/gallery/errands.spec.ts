import { expect, test, type Page } from '@playwright/test';

import type { KioskInput } from '../../src/generated/wire';
import { open } from './open';

/** Opens a screen and gathers what the page tells the kiosk, without what only says 「まだいます」, or stands in a control so far. */
async function heard(page: Page, show: string, language = 'ja'): Promise<() => Promise<KioskInput[]>> {
  await page.addInitScript(() => {
    const told: unknown[] = [];
    Object.assign(window, { told });
    addEventListener('gallery-input', (event) => told.push((event as CustomEvent<unknown>).detail));
  });
  await page.setViewportSize({ width: 1080, height: 1920 });
  await open(page, show, language);
  return async () => {
    const all = await page.evaluate(() => (window as unknown as { told: KioskInput[] }).told);
    return all.filter((input) => input.kind !== 'here' && input.kind !== 'draft');
  };
}

test('the idle screen leads to the search', async ({ page }) => {
  const told = await heard(page, 'kiosk/idle');
  await page.locator('[data-act="search"]').click();
  expect(await told()).toEqual([{ kind: 'search' }]);
});

test('every key of the search is told, by touch and by keyboard, and the line stays in hand', async ({ page }) => {
  const told = await heard(page, 'kiosk/search');
  await expect(page.getByTestId('query')).toBeFocused();
  for (const key of ['あ', 'か']) await page.getByRole('button', { name: key, exact: true }).click();
  await page.keyboard.type('x');
  expect(await told()).toEqual(['あ', 'あか', 'あかx'].map((text) => ({ kind: 'seek', text })));
  await expect(page.getByTestId('query')).toBeFocused();
});

test('a hit is a tile or a procedure, and a closed one says so', async ({ page }) => {
  const told = await heard(page, 'kiosk/search_hits');
  await expect(page.getByTestId('query')).toHaveValue('ひっこし');
  await expect(page.getByRole('button', { name: '転校の届' })).toBeDisabled();
  await page.getByRole('button', { name: '上下水道' }).click();
  await page.getByRole('button', { name: '引っ越しをした' }).click();
  expect(await told()).toEqual([{ kind: 'procedure', id: 'suido' }, { kind: 'entry', id: 'moving' }]);
});

test('where nothing is found a person is offered', async ({ page }) => {
  const told = await heard(page, 'kiosk/search_nothing');
  await page.locator('[data-act="staff-for-search"]').click();
  expect(await told()).toEqual([{ kind: 'call_staff' }]);
});

test('a question of a life event can be left for a number', async ({ page }) => {
  const told = await heard(page, 'kiosk/question_event');
  await page.locator('[data-choice="unknown"]').click();
  await page.getByRole('button', { name: '質問をやめて窓口で相談する' }).click();
  expect(await told()).toEqual([{ kind: 'answer', field: 'insurance', value: 'unknown' }, { kind: 'hand_over' }]);
});

test('a date is an answer once somebody has chosen it; today takes one touch', async ({ page }) => {
  const told = await heard(page, 'kiosk/question_event_today');
  const next = page.locator('[data-act="next"]');
  await expect(next).toBeDisabled();
  await page.keyboard.press('Enter');
  expect(await told()).toEqual([]);
  await page.locator('[data-act="today"]').click();
  await page.getByRole('button', { name: '日を1つ前へ' }).click();
  await next.click();
  const [today, before] = (await told()) as { kind: 'answer'; field: string; value: string }[];
  expect(Date.parse(today?.value ?? '') - Date.parse(before?.value ?? '')).toBe(86_400_000);
  // Neither a day to come nor one long ago stands on these wheels.
  const year = page.getByRole('spinbutton', { name: '年' });
  await year.focus();
  await page.keyboard.press('End');
  await expect(year).toHaveAttribute('aria-valuetext', `${String(Number(today?.value.slice(0, 4)) - 2018)}年`);
  await page.keyboard.press('Home');
  await expect(year).toHaveAttribute('aria-valuetext', '2年');
});

test('what goes with nothing else unticks the others, and what was ticked before stands there again', async ({ page }) => {
  const told = await heard(page, 'kiosk/question_alone');
  await expect(page.locator('[data-choice="moped"]')).toHaveAttribute('aria-checked', 'true');
  await page.locator('[data-choice="none"]').click();
  await expect(page.locator('[data-choice="moped"]')).toHaveAttribute('aria-checked', 'false');
  await page.locator('[data-act="next"]').click();
  expect(await told()).toEqual([{ kind: 'answer', field: 'vehicle', value: 'none' }]);
});

test('the kiosk hears what stands in a control before it is confirmed', async ({ page }) => {
  await heard(page, 'kiosk/question_second');
  for (const key of ['う', 'め']) await page.getByRole('button', { name: key, exact: true }).click();
  const told = await page.evaluate(() => (window as unknown as { told: KioskInput[] }).told);
  const drafts = told.filter((input) => input.kind === 'draft');
  expect(drafts.at(-1)).toMatchObject({ kind: 'draft', field: 'before', value: 'うめ' });
});

test('whose answers these are is asked without telling them', async ({ page }) => {
  const told = await heard(page, 'kiosk/resume');
  await page.getByRole('button', { name: 'はい、続きから' }).click();
  await page.getByRole('button', { name: 'いいえ、はじめから' }).click();
  expect(await told()).toEqual([{ kind: 'accept' }, { kind: 'start_over' }]);
});

test('what was written goes with another number, or not', async ({ page }) => {
  const told = await heard(page, 'kiosk/unattached');
  await page.getByRole('button', { name: '一緒に出す' }).click();
  await page.getByRole('button', { name: '出さない' }).click();
  expect(await told()).toEqual([{ kind: 'attach', yes: true }, { kind: 'attach', yes: false }]);
});

test('a question of a form can be handed to a clerk', async ({ page }) => {
  const told = await heard(page, 'kiosk/question_second');
  await expect(page.getByTestId('sheet')).toContainText('4枚中2枚目');
  await page.getByRole('button', { name: 'ここまでで職員に渡す' }).click();
  expect(await told()).toEqual([{ kind: 'hand_over' }]);
});

test('somebody who was named before is chosen by touch or by keyboard; two of one name are told apart by birth', async ({ page }) => {
  const told = await heard(page, 'kiosk/question_people');
  await expect(page.getByRole('heading', { name: 'どなたですか' })).toBeVisible();
  await page.getByRole('button', { name: '福山 一郎 昭和25年1月1日' }).click();
  await page.locator('[data-choice="idou/family.1"]').focus();
  await page.keyboard.press('Enter');
  const field = 'person_name_1';
  expect(await told()).toEqual(['idou/family.3', 'idou/family.1'].map((person) => ({ kind: 'person', field, person })));
});

test('somebody else is typed, and the way back to the names stays open', async ({ page }) => {
  const told = await heard(page, 'kiosk/question_people');
  await page.getByRole('button', { name: 'ほかの人を入力する' }).click();
  await page.getByRole('button', { name: '名前の一覧から選ぶ' }).click();
  await page.getByRole('button', { name: 'ほかの人を入力する' }).click();
  for (const key of ['う', 'め']) await page.getByRole('button', { name: key, exact: true }).click();
  await page.locator('[data-act="next"]').click();
  expect(await told()).toEqual([{ kind: 'another_person', field: 'person_name_1', value: 'うめ' }]);
});

test('whoever goes between the names and the keyboard is there with the focus, and hears what stands there', async ({ page }) => {
  await heard(page, 'kiosk/question_people');
  const spoken = page.getByTestId('spoken-naming');
  await page.locator('[data-act="another"]').click();
  await expect(page.getByTestId('answer')).toBeFocused();
  await expect(spoken).not.toBeEmpty();
  await page.locator('[data-act="list"]').click();
  await expect(page.getByRole('heading', { name: 'どなたですか' })).toBeFocused();
  await expect(spoken).toHaveText('どなたですか');
});

test('after a slip that failed both the slip and the form are still to be had', async ({ page }) => {
  const told = await heard(page, 'kiosk/done_first_reprint');
  await page.locator('[data-act="go-on"]').click();
  await page.locator('[data-act="reprint"]').click();
  expect(await told()).toEqual([{ kind: 'go_on' }, { kind: 'reprint' }]);
});

test('the number’s page does not ask to wait for a number that was called', async ({ page }) => {
  await heard(page, 'kiosk/done_called');
  await expect(page.locator('h1')).toHaveText('窓口へお越しください');
  await expect(page.locator('[data-part="called"]')).toContainText('3番窓口');
  await open(page, 'kiosk/done_passed');
  await expect(page.locator('[data-part="called"]')).toContainText('お声がけください');
});

test('a form that is never taken leads to the number, and is not sent again', async ({ page }) => {
  const told = await heard(page, 'kiosk/trouble_form_refused');
  await expect(page.locator('[data-act="retry"]')).toHaveCount(0);
  await page.locator('[data-act="to-number"]').click();
  expect(await told()).toEqual([{ kind: 'accept' }]);
});

test('the spelling of whoever stands there is put right', async ({ page }) => {
  const told = await heard(page, 'kiosk/question_people_chosen');
  await expect(page.locator('[data-choice="idou/family.2"]')).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'お名前の字を直す' }).click();
  await expect(page.getByTestId('answer')).toHaveValue('福山 一郎');
  await page.locator('[data-act="next"]').click();
  expect(await told()).toEqual([{ kind: 'answer', field: 'person_name_1', value: '福山 一郎' }]);
});

test('so can what the card says', async ({ page }) => {
  const told = await heard(page, 'kiosk/review');
  await page.getByRole('button', { name: 'ここまでで職員に渡す' }).click();
  expect(await told()).toEqual([{ kind: 'hand_over' }]);
});

test('a plan names the counters in order, what is late, what waits, and what nobody knew', async ({ page }) => {
  const told = await heard(page, 'kiosk/plan_late');
  await expect(page.locator('.stop h2')).toHaveText(['引っ越し・住所変更', '保険・年金']);
  await expect(page.locator('[data-rule="M1"]')).toContainText('期限を過ぎています');
  await expect(page.locator('[data-rule="M8"]')).toContainText('要確認');
  await expect(page.locator('[data-part="later"]')).toContainText('転入届が済んだあとにできます');
  await expect(page.locator('[data-part="elsewhere"]')).toContainText('ネウボラ推進課');
  await expect(page.locator('[data-part="automatic"]')).toBeAttached();
  await page.locator('[data-edit="dog"]').click();
  await page.locator('[data-act="prepare"]').click();
  await page.locator('[data-act="confirm"]').click();
  expect(await told()).toEqual([{ kind: 'edit', field: 'dog' }, { kind: 'prepare' }, { kind: 'confirm' }]);
});

test('a long plan is read to its end by keys and by touch', async ({ page }) => {
  await heard(page, 'kiosk/plan_long');
  const end = page.locator('[data-part="answers"] [data-edit]').last();
  await expect(end).not.toBeInViewport();
  await page.keyboard.press('PageDown');
  await page.keyboard.press('End');
  await expect(end).toBeInViewport();
  await page.keyboard.press('Home');
  await expect(end).not.toBeInViewport();
  await page.locator('[data-act="further"]').click();
  await expect(page.locator('[data-rule="B3"]')).toBeInViewport();
});

test('nothing to do is said with the counter that hears it all the same', async ({ page }) => {
  const told = await heard(page, 'kiosk/plan_empty', 'en');
  await expect(page.locator('h1')).toHaveText('Nothing has to be done here today');
  await expect(page.locator('[data-act="prepare"]')).toHaveCount(0);
  await page.locator('[data-act="confirm"]').click();
  expect(await told()).toEqual([{ kind: 'confirm' }]);
});

test('all forms stand on one page: each is opened, left out, or joined by another', async ({ page }) => {
  const told = await heard(page, 'kiosk/papers');
  await expect(page.getByText('お名前を4回、ご住所を3回、書かずにすみました。')).toBeVisible();
  await expect(page.locator('[data-form="kokuho"]')).toContainText('あと2項目は窓口で');
  await page.locator('[data-open="idou"]').click();
  await page.locator('[data-drop="juminhyo"]').click();
  await page.locator('[data-act="add-form"]').click();
  await page.locator('[data-act="confirm"]').click();
  expect(await told()).toEqual([{ kind: 'procedure', id: 'idou' }, { kind: 'drop_form', procedure: 'juminhyo' }, { kind: 'add_form' }, { kind: 'confirm' }]);
});

test('one form of several goes back to the page with all of them', async ({ page }) => {
  const told = await heard(page, 'kiosk/confirm_several');
  await page.locator('[data-act="accept"]').click();
  expect(await told()).toEqual([{ kind: 'accept' }]);
});

test('the last page of a form offers another one', async ({ page }) => {
  const told = await heard(page, 'kiosk/confirm');
  await page.getByRole('button', { name: 'ほかの証明書も' }).click();
  expect(await told()).toEqual([{ kind: 'add_form' }]);
});
