import { expect, test, type Page } from '@playwright/test';

import { of, open } from './open';

/** Texts and controls that are cut off: wider than their place, or out of the screen. */
async function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const name = (element: Element) => `${element.tagName.toLowerCase()}.${element.className.toString().split(' ')[0] ?? ''} "${(element.textContent ?? '').trim().slice(0, 30)}"`;
    const { scrollWidth, scrollHeight } = document.documentElement;
    if (scrollWidth > innerWidth) found.push(`the page is ${String(scrollWidth)} px wide`);
    if (scrollHeight > innerHeight) found.push(`the page is ${String(scrollHeight)} px high`);
    for (const element of document.querySelectorAll('h1, h2, h3, p, dt, dd, li, label, button, input, span')) {
      const box = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      if (box.width === 0 || box.height === 0 || style.visibility === 'hidden' || element.closest('.unseen, [aria-hidden="true"]')) continue;
      // What a list scrolls to is not cut off; what hangs out sideways is.
      const scrolls = element.closest('.controls, .lists, .pane, .scroll, .drum') !== null;
      if (box.right > innerWidth + 1 || box.left < -1) found.push(`${name(element)} leaves the screen sideways`);
      if (!scrolls && (box.bottom > innerHeight + 1 || box.top < -1)) found.push(`${name(element)} leaves the screen`);
      if (element.tagName === 'BUTTON' && (element.scrollWidth > element.clientWidth + 2 || element.scrollHeight > element.clientHeight + 2)) found.push(`${name(element)} does not fit into its button`);
    }
    return found;
  });
}

/** Children of the lead that stand on the controls. */
async function overlapping(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const lead = document.querySelector('.lead');
    const reach = document.querySelector('.reach');
    if (!lead || !reach || innerWidth > innerHeight) return [];
    const edge = reach.getBoundingClientRect().top;
    return [...lead.querySelectorAll('h1, p, li, .banner')].filter((one) => one.getBoundingClientRect().bottom > edge + 1).map((one) => (one.textContent ?? '').trim());
  });
}

/** Text that cannot be read standing, and keys too low for a finger. */
async function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    for (const element of document.querySelectorAll('.stage p, .stage dd, .stage dt, .stage button, footer button, header button')) {
      if (element.closest('.unseen')) continue;
      const what = (element.textContent ?? '').trim().slice(0, 20);
      const size = Number.parseFloat(getComputedStyle(element).fontSize);
      const height = element.getBoundingClientRect().height;
      if (size < 28) found.push(`${what}: ${String(size)} px`);
      if (element.tagName === 'BUTTON' && height < 83.5) found.push(`${what}: ${String(height)} px high`);
    }
    return found;
  });
}

/**
 * Lists may be longer than a screen; whatever has one next step must show it whole. Where no slip came out, number, code and both
 * answers stand there whole, and what can be taken home lies below.
 */
const MAY_SCROLL = /kiosk\/(confirm\w*|review\w*|procedures|plan\w*|papers\w*|idle_no_paper|idle_hub_away|done_plan_(no_paper|reprint))$/;

for (const [width, height] of [[1080, 1920], [1920, 1080]] as const) {
  for (const language of ['ja', 'en']) {
    test(`every kiosk screen fits ${String(width)}×${String(height)} in ${language}, large, with 職員を呼ぶ at one place`, async ({ page }) => {
      test.slow();
      await page.setViewportSize({ width, height });
      const corners = new Set<string>();
      for (const show of of('kiosk').filter((one) => one !== 'kiosk/elsewhere')) {
        await open(page, show, language);
        expect.soft(await cutOff(page), show).toEqual([]);
        expect.soft(await overlapping(page), show).toEqual([]);
        expect.soft(await tooSmall(page), show).toEqual([]);
        if (!MAY_SCROLL.test(show)) expect.soft(await page.locator('[data-act="further"]').count(), show).toBe(0);
        const box = await page.locator('[data-act="call-staff"]').boundingBox();
        corners.add(box ? `${String(Math.round(box.x + box.width))},${String(Math.round(box.y + box.height))}` : show);
      }
      expect([...corners]).toHaveLength(1);
    });

    test(`the board fits ${String(width)}×${String(height)} in ${language}`, async ({ page }) => {
      await page.setViewportSize({ width, height });
      for (const show of of('board')) {
        await open(page, show, language);
        expect.soft(await cutOff(page), show).toEqual([]);
      }
    });
  }
}

/** States of the console that are made for other windows than a desk's. */
const OTHER_WINDOWS = /console\/(guide|compact)/;

for (const [width, height] of [[800, 1280], [1280, 800]] as const) {
  test(`the information desk fits a tablet of ${String(width)}×${String(height)}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    for (const language of ['ja', 'en']) {
      await open(page, 'console/guide', language);
      expect.soft(await cutOff(page), language).toEqual([]);
      await page.locator('[data-issue="insurance"]').click();
      await expect(page.locator('[data-issued]')).toBeVisible();
      expect.soft(await cutOff(page), `issued in ${language}`).toEqual([]);
    }
  });
}

test('the strip fits its window', async ({ page }) => {
  await page.setViewportSize({ width: 820, height: 108 });
  for (const language of ['ja', 'en']) {
    for (const show of of('console').filter((one) => one.includes('compact'))) {
      await open(page, show, language);
      expect.soft(await cutOff(page), `${show} in ${language}`).toEqual([]);
    }
  }
});

for (const [width, height] of [[1280, 800], [1920, 1080]] as const) {
  test(`console, dashboard and administration fit ${String(width)}×${String(height)}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    for (const language of ['ja', 'en']) {
      for (const show of of('console').filter((one) => !OTHER_WINDOWS.test(one))) {
        await open(page, show, language);
        expect.soft(await cutOff(page), `${show} in ${language}`).toEqual([]);
      }
      for (const show of [...of('dashboard'), ...of('admin'), ...of('export'), ...of('import')]) {
        await open(page, show, language);
        expect.soft(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${show} in ${language}`).toBe(true);
      }
    }
  });
}

test('the pages for a phone fit a small one', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const language of ['ja', 'en']) {
    for (const show of [...of('visit'), ...of('phone')]) {
      await open(page, show, language);
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${show} in ${language}`).toBe(true);
    }
  }
});
