import { fileURLToPath } from 'node:url';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

import { officeWords } from './scripts/office-words';
import { phonePage } from './scripts/phone-page';
import { precompressed } from './scripts/precompressed';
import { usedTokens } from './scripts/used-tokens';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const PAGES = ['kiosk', 'console', 'board', 'dashboard', 'admin', 'visit', 'enrol', 'sign', 'api-docs', 'gallery'];

/** The hub that `vite dev` and `vite preview` pass `/api` on to; without one, only words are served. */
const hub = process.env.UKETSUKE_HUB;
/** The policy of the strictest host, the desktop app; the pages are tested under it. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
  "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'";
const proxy = hub ? { '^/(api/|openapi\\.json)': { target: hub, changeOrigin: false } } : undefined;

export default defineConfig({
  root: here('pages'),
  publicDir: here('public'),
  base: '/',
  plugins: [svelte({ configFile: here('svelte.config.js') }), usedTokens(), precompressed(), phonePage(here('pages'), here('svelte.config.js')), ...(hub ? [] : [officeWords(here('../kiosk-config/words'))])],
  server: { proxy, fs: { allow: [here('.')] } },
  preview: { proxy, headers: { 'Content-Security-Policy': POLICY } },
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    target: 'es2022',
    // Everything is a file of its own: the pages run under a policy without `data:` and without inline code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      // A dozen tiny files compress worse than a few.
      output: { experimentalMinChunkSize: 8_000 },
      input: Object.fromEntries(PAGES.map((page) => [page, here(`pages/${page}/index.html`)])),
    },
  },
});
