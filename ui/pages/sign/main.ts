import Sign from '../../src/sign/Sign.svelte';
import { start } from '../../src/start';
import '../../src/style/fonts.css';

void start(Sign);
