import { expect, test, type Page } from '@playwright/test';

import type { KioskInput } from '../../src/generated/wire';
import { open } from './open';

/** Opens a screen and gathers what the page tells the kiosk, without what only says 「まだいます」, or stands in a control so far. */
async function heard(page: Page, show: string): Promise<() => Promise<KioskInput[]>> {
  await page.addInitScript(() => {
    const told: unknown[] = [];
    Object.assign(window, { told });
    addEventListener('gallery-input', (event) => told.push((event as CustomEvent<unknown>).detail));
  });
  await page.setViewportSize({ width: 1080, height: 1920 });
  await open(page, show);
  return async () => {
    const all = await page.evaluate(() => (window as unknown as { told: KioskInput[] }).told);
    return all.filter((input) => input.kind !== 'here' && input.kind !== 'draft');
  };
}

test('a tile of the idle screen chooses its entry', async ({ page }) => {
  const told = await heard(page, 'kiosk/idle');
  await page.getByRole('button', { name: '証明書がほしい' }).click();
  expect(await told()).toEqual([{ kind: 'entry', id: 'certificates' }]);
});

test('a tile that is closed says when it opens, and chooses nothing', async ({ page }) => {
  const told = await heard(page, 'kiosk/idle_closed');
  const tile = page.getByRole('button', { name: '13:00から受け付けます' });
  await expect(tile).toBeDisabled();
  await tile.click({ force: true });
  expect(await told()).toEqual([]);
});

test('a hub that is away shows no notice while there are numbers, and no counts that nobody knows', async ({ page }) => {
  await heard(page, 'kiosk/idle_alone');
  await expect(page.getByText('受付の準備')).toHaveCount(0);
  await expect(page.getByText('人待ち')).toHaveCount(0);
  await expect(page.getByRole('button', { name: '証明書がほしい' })).toBeEnabled();
});

test('considerate priority is a switch that is off until somebody touches it', async ({ page }) => {
  const told = await heard(page, 'kiosk/take');
  const wish = page.getByRole('switch', { name: '優先を希望します' });
  await expect(wish).toHaveAttribute('aria-checked', 'false');
  await wish.click();
  await page.locator('[data-act="confirm"]').click();
  expect(await told()).toEqual([{ kind: 'considerate', yes: true }, { kind: 'confirm' }]);
});

test('where the staff gives priority nothing is asked', async ({ page }) => {
  await heard(page, 'kiosk/confirm');
  await expect(page.getByRole('switch')).toHaveCount(0);
});

test('a booking that cannot be looked up is a choice of errands', async ({ page }) => {
  const told = await heard(page, 'kiosk/booking_away');
  await page.getByRole('button', { name: '保険・年金' }).click();
  expect(await told()).toEqual([{ kind: 'service', id: 'insurance' }]);
});

test('the number tells the wait and the counters after it, and nothing that nobody knows', async ({ page }) => {
  await heard(page, 'kiosk/done_journey');
  await expect(page.getByText('およそ10〜20分')).toBeVisible();
  await expect(page.getByText('このあと')).toBeVisible();
  await open(page, 'kiosk/done_alone');
  await expect(page.getByText('A-018')).toBeVisible();
  await expect(page.getByText('お待ちの方')).toHaveCount(0);
  await expect(page.getByText('お待ちの時間')).toHaveCount(0);
});

test('the PIN goes key by key, by touch and by keyboard, and never stands in the page', async ({ page }) => {
  const told = await heard(page, 'kiosk/pin');
  await page.locator('[data-digit="7"]').click();
  await page.keyboard.press('3');
  await page.keyboard.press('Backspace');
  expect(await told()).toEqual([{ kind: 'key', digit: 7 }, { kind: 'key', digit: 3 }, { kind: 'erase' }]);
  await expect(page.locator('[data-entered]')).toHaveAttribute('data-entered', '2');
  expect(await page.locator('.dots').textContent()).toMatch(/^\s*$/);
});

test('without a PIN the citizen chooses what is printed on the card', async ({ page }) => {
  const told = await heard(page, 'kiosk/means');
  await page.getByRole('button', { name: '暗証番号がわからない' }).click();
  expect(await told()).toEqual([{ kind: 'use_card', way: 'number_b' }]);
});

test('the birth date printed on the card is set by wheels', async ({ page }) => {
  const told = await heard(page, 'kiosk/printed_birth');
  const next = page.locator('[data-act="next"]');
  await expect(next).toBeDisabled();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: '年を1つ後へ' }).click();
  await expect(next).toBeDisabled();
  // What stands in the middle is chosen by touching it.
  for (const one of ['月', '日']) await page.getByRole('spinbutton', { name: one, exact: true }).locator('.row', { hasText: `1${one}` }).first().click();
  await next.click();
  expect(await told()).toEqual([{ kind: 'printed_birth', birth: '1966-01-01' }]);
});

test('the year of expiry is set by a wheel, and Enter goes on', async ({ page }) => {
  const told = await heard(page, 'kiosk/printed_expiry');
  await page.getByRole('spinbutton', { name: '有効期限の年' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  expect(await told()).toEqual([{ kind: 'printed_expiry', year: 2032 }]);
});

test('the code goes key by key, and after a wrong number each of the dates can be changed', async ({ page }) => {
  const told = await heard(page, 'kiosk/security_code_wrong');
  await expect(page.getByText('昭和55年2月17日')).toBeVisible();
  await page.keyboard.press('4');
  await page.locator('[data-edit="expiry"]').click();
  expect(await told()).toEqual([{ kind: 'key', digit: 4 }, { kind: 'edit', field: 'expiry' }]);
});

test('a locked PIN leaves two ways on beside staff', async ({ page }) => {
  const told = await heard(page, 'kiosk/card_locked');
  await page.locator('[data-act="number-b"]').click();
  await page.locator('[data-act="by-hand"]').click();
  expect(await told()).toEqual([{ kind: 'use_card', way: 'number_b' }, { kind: 'type_by_hand' }]);
});

test('few tries call a clerk in words, and the printed number is offered only while it is open', async ({ page }) => {
  const offer = page.getByText('カードに印刷された番号でも入力できます');
  const [coming, speak] = [page.getByText('職員を呼びました'), page.getByText('お近くの職員にお声がけください')];
  await heard(page, 'kiosk/card_few_tries');
  await expect(offer).toBeVisible();
  await expect(coming).toBeVisible();
  await expect(page.locator('[data-act="number-b"]')).toBeVisible();
  await heard(page, 'kiosk/card_few_tries_no_call');
  await expect(offer).toBeVisible();
  await expect(speak).toBeVisible();
  await expect(coming).toHaveCount(0);
  await heard(page, 'kiosk/card_few_tries_both');
  await expect(coming).toBeVisible();
  await expect(offer).toHaveCount(0);
  await expect(page.locator('[data-act="number-b"]')).toHaveCount(0);
});

test('the last try that is offered is called the last one', async ({ page }) => {
  await heard(page, 'kiosk/pin_last');
  await expect(page.getByText('入力できるのは、あと1回です。')).toBeVisible();
  await heard(page, 'kiosk/pin_wrong');
  await expect(page.getByText('あと1回入力できます。')).toBeVisible();
});

test('before its number is typed, the page says what a residence card fills in', async ({ page }) => {
  await heard(page, 'kiosk/card_number');
  await expect(page.locator('[data-fills="added_address"]')).toHaveText(/届け出た住居地だけ/);
  await heard(page, 'kiosk/card_number_second');
  await expect(page.locator('[data-fills="birth_and_sex"]')).toHaveText(/生年月日と性別/);
});

test('the number of a residence card is typed on letters and digits', async ({ page }) => {
  const told = await heard(page, 'kiosk/card_number');
  await expect(page.getByTestId('card-number')).toBeFocused();
  for (const key of ['A', 'B', '1']) await page.getByRole('button', { name: key, exact: true }).click();
  await page.keyboard.type('2345678cd');
  await page.keyboard.press('Enter');
  expect(await told()).toEqual([{ kind: 'card_number', number: 'AB12345678cd' }]);
});

test('an unfinished PIN is not verified; the page says what is missing', async ({ page }) => {
  const told = await heard(page, 'kiosk/pin');
  await page.getByRole('button', { name: '決定' }).click();
  expect(await told()).toEqual([]);
  await expect(page.getByRole('alert')).toContainText('4けた');
});

test('Escape goes back, and 職員を呼ぶ calls', async ({ page }) => {
  const told = await heard(page, 'kiosk/means');
  await page.keyboard.press('Escape');
  await page.locator('[data-act="call-staff"]').click();
  expect(await told()).toEqual([{ kind: 'back' }, { kind: 'call_staff' }]);
});

test('one choice answers at once', async ({ page }) => {
  const told = await heard(page, 'kiosk/question_choice');
  await page.locator('[data-choice="some"]').click();
  expect(await told()).toEqual([{ kind: 'answer', field: 'scope', value: 'some' }]);
});

test('several choices are ticked in the order of the form, then sent with 次へ', async ({ page }) => {
  const told = await heard(page, 'kiosk/question_choices');
  await page.getByRole('checkbox', { name: '国籍' }).click();
  await page.getByRole('checkbox', { name: '本籍' }).click();
  await page.locator('[data-act="next"]').click();
  expect(await told()).toEqual([{ kind: 'answer', field: 'items', value: 'origin,relation,nationality' }]);
});

test('a question that may stay open can be passed', async ({ page }) => {
  const told = await heard(page, 'kiosk/question_phone');
  await page.getByRole('button', { name: '答えずに進む' }).click();
  expect(await told()).toEqual([{ kind: 'answer', field: 'phone', value: '' }]);
});

test('copies are counted by touch, by arrow and by digit, and never leave their range', async ({ page }) => {
  const told = await heard(page, 'kiosk/question_number');
  await page.getByRole('button', { name: '1つ増やす' }).click();
  await page.keyboard.press('ArrowUp');
  await expect(page.locator('.value')).toHaveText('4通');
  await page.keyboard.press('9');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect(page.locator('.value')).toHaveText('10通');
  await page.keyboard.press('Enter');
  expect(await told()).toEqual([{ kind: 'answer', field: 'copies', value: '10' }]);
});

test('kana are written by touch with their marks, at the caret, beside a physical keyboard', async ({ page }) => {
  const told = await heard(page, 'kiosk/question_text');
  const line = page.getByTestId('answer');
  await expect(line).toBeFocused();
  await line.fill('');
  for (const key of ['か', '゛', 'つ', '小']) await page.getByRole('button', { name: key, exact: true }).click();
  await page.keyboard.type('x');
  await page.getByRole('button', { name: '1字消す' }).click();
  await page.getByRole('button', { name: 'カタカナ' }).click();
  await page.getByRole('button', { name: 'コ', exact: true }).click();
  await expect(line).toHaveValue('がっコ');
  await page.keyboard.press('Enter');
  expect(await told()).toEqual([{ kind: 'answer', field: 'purpose_other', value: 'がっコ' }]);
});

test('the wheels turn by key and by touch, and only days that exist stand on them', async ({ page }) => {
  const told = await heard(page, 'kiosk/question_date');
  const year = page.getByRole('spinbutton', { name: '年' });
  await year.focus();
  await page.keyboard.press('End');
  await expect(year).toHaveAttribute('aria-valuetext', '64年');
  await expect(page.getByRole('spinbutton', { name: '月' })).toHaveAttribute('aria-valuetext', '1月');
  await expect(page.getByRole('spinbutton', { name: '日' })).toHaveAttribute('aria-valuetext', '7日');
  await page.getByRole('button', { name: '元号を1つ後へ' }).click();
  await expect(page.getByRole('spinbutton', { name: '元号' })).toHaveAttribute('aria-valuetext', '平成');
  await page.locator('[data-act="next"]').click();
  expect(await told()).toEqual([{ kind: 'answer', field: 'birth', value: '2019-01-07' }]);
});

test('a scanner types the booking number and presses Enter', async ({ page }) => {
  const told = await heard(page, 'kiosk/booking');
  await expect(page.getByTestId('booking-number')).toBeFocused();
  await page.keyboard.type('A7K2-93QF');
  await page.keyboard.press('Enter');
  expect(await told()).toEqual([{ kind: 'booking_number', number: 'A7K2-93QF' }]);
});

test('a scanner types a phone’s code slowly, wherever somebody has touched, and nothing of it is seen or stays', async ({ page }) => {
  const told = await heard(page, 'kiosk/phone');
  const line = page.getByTestId('phone-code');
  await expect(line).toBeFocused();
  await page.locator('h1').click();
  await expect(line).not.toBeFocused();
  await page.keyboard.type('UKT13F9A0C12 %*$:ABC', { delay: 25 });
  await page.keyboard.press('Enter');
  expect(await told()).toEqual([{ kind: 'phone_code', text: 'UKT13F9A0C12 %*$:ABC' }]);
  await expect(line).toHaveValue('');
  expect(await page.evaluate(() => document.body.innerHTML.includes('3F9A0C12'))).toBe(false);
  await page.keyboard.press('Enter');
  expect(await told()).toHaveLength(1);
});

test('what was read on a phone is named, and says what is asked again', async ({ page }) => {
  const told = await heard(page, 'kiosk/phone_read_several');
  await expect(page.locator('[data-form="residence"]')).toContainText('必要な通数、使いみち');
  await expect(page.locator('[data-form="residence"]')).toContainText('様式が変わりました');
  await page.locator('[data-act="accept"]').click();
  expect(await told()).toEqual([{ kind: 'accept' }]);
});

test('before the wipe the page counts down, and any key of the warning says what it does', async ({ page }) => {
  const told = await heard(page, 'kiosk/idle_warning');
  await expect(page.getByRole('dialog')).toContainText(/[123]?\d\s*秒/);
  await page.getByRole('button', { name: 'もっと時間が必要' }).click();
  expect(await told()).toEqual([{ kind: 'more_time' }]);
});

test('a touch anywhere says that somebody is still here', async ({ page }) => {
  await heard(page, 'kiosk/review');
  await page.locator('h1').click();
  const all = await page.evaluate(() => (window as unknown as { told: KioskInput[] }).told);
  expect(all).toEqual([{ kind: 'here' }]);
});

test('a new screen is spoken and takes the focus to its title', async ({ page }) => {
  await heard(page, 'kiosk/means');
  await expect(page.getByTestId('spoken')).toHaveText('どのように入力しますか');
  await expect(page.locator('h1')).toBeFocused();
});

test('やめる asks where something would be lost, and only there', async ({ page }) => {
  const stop = page.locator('[data-act="cancel"]');
  const told = await heard(page, 'kiosk/review_written');
  await stop.click();
  await expect(page.getByRole('dialog')).toContainText('ここまでに入力した内容が消えます');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await stop.click();
  await page.locator('[data-act="go-on"]').click();
  expect(await told()).toEqual([]);
  await stop.click();
  await page.locator('[data-act="wipe"]').click();
  expect(await told()).toEqual([{ kind: 'cancel' }]);
  await heard(page, 'kiosk/review');
  await stop.click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('what will not fit says that it goes on below, and goes there', async ({ page }) => {
  await heard(page, 'kiosk/confirm');
  await expect(page.getByText('使いみち', { exact: true })).not.toBeInViewport();
  // A touch goes a page on, until there is no further one.
  await expect(async () => {
    await page.locator('[data-act="further"]').click({ timeout: 500 });
    await expect(page.getByText('使いみち', { exact: true })).toBeInViewport({ timeout: 1_000 });
  }).toPass();
  await expect(page.locator('[data-act="further"]')).toHaveCount(0);
});

test('in a browser the kiosk says where it belongs', async ({ page }) => {
  await open(page, 'kiosk/elsewhere');
  await expect(page.locator('h1')).toHaveText('このページは受付機で使います');
});
