import type { LaunchOptions, ReporterDescription } from '@playwright/test';

/** Debian's Chromium, quiet and without anything that would go outside. `UKETSUKE_CHROMIUM` names another one. */
export const launchOptions: LaunchOptions = {
  executablePath: process.env.UKETSUKE_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

export const reporter: ReporterDescription[] = [['list']];
