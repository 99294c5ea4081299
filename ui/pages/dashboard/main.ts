import Dashboard from '../../src/dashboard/Dashboard.svelte';
import { start } from '../../src/start';

void start(Dashboard, { fontsLater: true });
