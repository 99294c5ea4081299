import Board from '../../src/board/Board.svelte';
import { start } from '../../src/start';
import '../../src/style/fonts.css';

void start(Board);
