import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

// Every component is written in runes: what Svelte keeps for older code stays out of the pages.
export default { preprocess: vitePreprocess(), compilerOptions: { runes: true } };
