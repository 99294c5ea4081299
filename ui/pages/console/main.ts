import Console from '../../src/console/Console.svelte';
import { start } from '../../src/start';

void start(Console);
