import Admin from '../../src/admin/Admin.svelte';
import { start } from '../../src/start';

void start(Admin, { fontsLater: true });
