import { expect, request as api, type Browser, type BrowserContext, type Page } from '@playwright/test';

import type { EnrolmentCode } from '../../src/generated/wire';

/** A code for a board, as a lead gets it. */
async function codeFor(name: string, baseURL: string): Promise<string> {
  const lead = await api.newContext({ baseURL });
  const login = { account: process.env.UKETSUKE_ACCOUNT ?? '', password: process.env.UKETSUKE_PASSWORD ?? '' };
  expect((await lead.post('/api/login', { data: login })).status()).toBe(200);
  const answer = await lead.post('/api/devices', { data: { name, kind: 'board' } });
  expect(answer.ok(), await answer.text()).toBe(true);
  const { code } = (await answer.json()) as EnrolmentCode;
  await lead.dispose();
  return code;
}

let boards = 0;
/** Boards of this run have names of their own. */
const nextName = () => `board ${String(Date.now())} ${String((boards += 1))}`;

/** Somebody stands before a new board and types the code that the lead reads out; the board's page is open after it. */
export async function letIn(board: Page, baseURL: string): Promise<string> {
  const name = nextName();
  const code = await codeFor(name, baseURL);
  await board.goto('/board/');
  await expect(board, 'a board that nobody let in shows where that is done').toHaveURL(/\/enrol\/$/);
  for (const sign of code.replace('-', '')) await board.locator(`[data-sign="${sign}"]`).click();
  await board.locator('[data-act="enrol"]').click();
  await expect(board.locator('[data-device]')).toHaveText(name);
  await board.locator('[data-act="open-board"]').click();
  await expect(board).toHaveURL(/\/board\/$/);
  return name;
}

/** A hall with a board that was let in. */
export async function hallWithBoard(browser: Browser, baseURL: string): Promise<{ hall: BrowserContext; board: Page }> {
  const hall = await browser.newContext({ baseURL, viewport: { width: 1920, height: 1080 } });
  const board = await hall.newPage();
  await letIn(board, baseURL);
  return { hall, board };
}
