import type { Plugin } from 'vite';

const DECLARATION = /\s*(--[\w-]+)\s*:[^;}]*;?/g;
const USE = /var\(\s*(--[\w-]+)/g;

/**
 * Leaves design tokens that nothing uses out of the built styles. The tokens come as one list of several hundred,
 * of which the pages use a few dozen. Only custom properties go, and only where no style of the build names them.
 */
export function usedTokens(): Plugin {
  return {
    name: 'used-tokens',
    apply: 'build',
    enforce: 'post',
    generateBundle: (_, bundle) => {
      const styles = Object.values(bundle).filter((file) => file.type === 'asset' && file.fileName.endsWith('.css'));
      const texts = styles.map((file) => (file.type === 'asset' ? String(file.source) : ''));
      const code = Object.values(bundle).map((file) => (file.type === 'chunk' ? file.code : '')).join('');
      for (let before = -1; before !== texts.join('').length; ) {
        before = texts.join('').length;
        const used = new Set(Array.from(texts.join('').matchAll(USE), (match) => match[1]));
        texts.forEach((text, at) => {
          texts[at] = text.replace(DECLARATION, (whole, name: string) => (used.has(name) || code.includes(name) ? whole : ''));
        });
      }
      styles.forEach((file, at) => {
        if (file.type === 'asset') file.source = texts[at] ?? file.source;
      });
    },
  };
}
