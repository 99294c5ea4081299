import Console from '../../src/console/Console.svelte';
import { FIRST_WORDS } from '../../src/console/first';
import { start } from '../../src/start';

void start(Console, { first: FIRST_WORDS, fontsLater: true });
