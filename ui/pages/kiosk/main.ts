import Kiosk from '../../src/kiosk/Kiosk.svelte';
import { start } from '../../src/start';
import '../../src/style/fonts.css';

void start(Kiosk);
