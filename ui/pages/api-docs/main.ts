import Api from '../../src/api/Api.svelte';
import { start } from '../../src/start';

void start(Api, { fontsLater: true });
