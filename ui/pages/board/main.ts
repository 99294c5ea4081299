import Board from '../../src/board/Board.svelte';
import { start } from '../../src/start';

void start(Board);
