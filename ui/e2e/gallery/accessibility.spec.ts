import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';

import { of, open } from './open';

const SIZES: Record<string, { width: number; height: number }> = {
  kiosk: { width: 1080, height: 1920 },
  board: { width: 1920, height: 1080 },
  console: { width: 1280, height: 800 },
  dashboard: { width: 1280, height: 800 },
  import: { width: 1280, height: 800 },
  export: { width: 1280, height: 800 },
  admin: { width: 1280, height: 800 },
  api: { width: 1280, height: 800 },
  slips: { width: 1280, height: 800 },
  sign: { width: 1280, height: 800 },
  visit: { width: 390, height: 844 },
  phone: { width: 390, height: 844 },
};
const STATE_MS_MAX = 5_000;
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

for (const language of ['ja', 'en']) {
  for (const [name, size] of Object.entries(SIZES)) {
    test(`every state of the ${name} in ${language} passes an accessibility audit`, async ({ page }) => {
      // A kiosk has ninety states, and another browser may draw beside this one.
      test.setTimeout(60_000 + of(name).length * STATE_MS_MAX);
      await page.setViewportSize(size);
      await page.emulateMedia({ reducedMotion: 'reduce' });
      for (const show of of(name)) {
        await open(page, show, language);
        const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
        expect.soft(violations.map((one) => ({ rule: one.id, at: one.nodes.map((node) => node.html) })), show).toEqual([]);
      }
    });
  }
}

test('the gallery of parts passes an accessibility audit, with its dialog open as well', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/gallery/');
  await page.getByRole('button', { name: '開く' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  expect(violations.map((one) => ({ rule: one.id, at: one.nodes.map((node) => node.html) }))).toEqual([]);
});
