import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build, type Plugin } from 'vite';

import { usedTokens } from './used-tokens';

/** The hash by which a policy knows a piece of the page. */
const hash = (content: string) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

/**
 * Builds the phone page: one file, because a city lays it on its website and a citizen may save it. Its policy knows its one
 * script and its one style by their hashes, and lets nothing else in and nothing out: there is no `connect-src`.
 * `uketsuke-hub phone-page export` puts the office into it; that is data, which no policy runs.
 */
export function phonePage(pages: string, svelteConfig: string): Plugin {
  let out = '';
  return {
    name: 'phone-page',
    apply: 'build',
    configResolved: (config) => {
      out = resolve(config.root, config.build.outDir);
    },
    closeBundle: async () => {
      const folder = join(pages, 'phone');
      const built = await build({
        configFile: false,
        root: pages,
        publicDir: false,
        logLevel: 'warn',
        plugins: [svelte({ configFile: svelteConfig }), usedTokens()],
        build: {
          write: false,
          target: 'es2021',
          cssCodeSplit: false,
          assetsInlineLimit: 0,
          rollupOptions: { input: join(folder, 'main.ts'), output: { format: 'iife', inlineDynamicImports: true } },
        },
      });
      const [bundle] = Array.isArray(built) ? built : [built];
      if (bundle === undefined || !('output' in bundle)) throw new Error('the phone page was not built');
      const script = bundle.output.map((file) => (file.type === 'chunk' ? file.code.trim() : '')).join('');
      const style = bundle.output.map((file) => (file.type === 'asset' && file.fileName.endsWith('.css') ? String(file.source).trim() : '')).join('');
      const others = bundle.output.filter((file) => file.type === 'asset' && !file.fileName.endsWith('.css')).map((file) => file.fileName);
      if (others.length > 0 || script.includes('</script') || style.includes('</style')) throw new Error(`the phone page is not one file: ${others.join()}`);
      const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src data: blob:; base-uri 'none'; form-action 'none'`;
      const template = await readFile(join(folder, 'index.html'), 'utf8');
      const parts: Record<string, string> = { POLICY: policy, STYLE: style, SCRIPT: script };
      const html = template.replace(/%(POLICY|STYLE|SCRIPT)%/g, (_, name: string) => parts[name] ?? '');
      await mkdir(join(out, 'phone'), { recursive: true });
      await writeFile(join(out, 'phone/index.html'), html);
    },
  };
}
