import Enrol from '../../src/enrol/Enrol.svelte';
import { start } from '../../src/start';
import '../../src/style/fonts.css';

void start(Enrol);
