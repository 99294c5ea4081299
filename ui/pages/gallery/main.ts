import Gallery from '../../src/gallery/Gallery.svelte';
import { start } from '../../src/start';
import '../../src/style/fonts.css';

void start(Gallery);
