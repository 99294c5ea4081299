import Gallery from '../../src/gallery/Gallery.svelte';
import { start } from '../../src/start';

void start(Gallery);
