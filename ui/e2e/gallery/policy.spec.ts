import { expect, test } from '@playwright/test';

import { of, open } from './open';

const PAGES = ['kiosk', 'console', 'board', 'dashboard', 'admin', 'visit'];

for (const name of [...PAGES, 'api']) {
  test(`the ${name} runs under the strictest policy, with frozen prototypes, and asks nobody outside`, async ({ page, baseURL }) => {
    const troubles: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text());
    });
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('request', (request) => {
      const address = new URL(request.url());
      if (address.protocol !== 'blob:' && address.protocol !== 'data:' && address.origin !== baseURL) troubles.push(`asked ${address.origin}`);
    });
    await page.addInitScript(() => {
      Object.freeze(Object.prototype);
    });
    for (const show of of(name)) await open(page, show);
    expect(troubles).toEqual([]);
  });
}

test('the built pages carry no code and no style of their own', async ({ request }) => {
  for (const name of [...PAGES, 'enrol', 'api-docs', 'gallery']) {
    const html = await (await request.get(`/${name}/`)).text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(html).not.toMatch(/<style|\sstyle=/);
    expect(html).not.toMatch(/(?:src|href)="(?!\/)/);
  }
});
