import Kiosk from '../../src/kiosk/Kiosk.svelte';
import { start } from '../../src/start';

void start(Kiosk);
