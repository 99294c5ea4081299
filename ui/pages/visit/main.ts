import Visit from '../../src/visit/Visit.svelte';
import { start } from '../../src/start';

void start(Visit, { fontsLater: true });
