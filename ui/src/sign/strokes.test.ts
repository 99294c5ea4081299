import { describe, expect, it } from 'vitest';

import { HEIGHT, hasRoom, isWritten, moved, POINTS_MAX, STROKES_MAX, thinned, unitsOf, WIDTH, type Point } from './strokes';

const glass = { left: 100, top: 50, width: 800, height: 200 };

describe('strokes', () => {
  it('are kept in units of the field, whatever the glass, and never leave it', () => {
    expect(unitsOf(100, 50, glass)).toEqual([0, 0]);
    expect(unitsOf(500, 150, glass)).toEqual([WIDTH / 2, HEIGHT / 2]);
    expect(unitsOf(5_000, -20, glass)).toEqual([WIDTH, 0]);
  });

  it('take a point only where the pen has moved', () => {
    expect(moved([], [10, 10])).toEqual([[10, 10]]);
    expect(moved([[10, 10]], [12, 12])).toEqual([[10, 10]]);
    expect(moved([[10, 10]], [20, 10])).toEqual([[10, 10], [20, 10]]);
  });

  it('lose what a line says as well, and keep every bend', () => {
    const line: Point[] = Array.from({ length: 100 }, (_, at) => [at * 10, at * 5]);
    expect(thinned(line)).toEqual([[0, 0], [990, 495]]);
    const corner: Point[] = [[0, 0], [50, 0], [100, 0], [100, 50], [100, 100]];
    expect(thinned(corner)).toEqual([[0, 0], [100, 0], [100, 100]]);
    const loop: Point[] = [[0, 0], [100, 0], [100, 100], [0, 0]];
    expect(thinned(loop)).toEqual(loop);
    expect(thinned([[7, 7]])).toEqual([[7, 7]]);
  });

  it('are a signature when they are more than a dot or a dash', () => {
    const name: Point[] = [[200, 300], [600, 700], [900, 200]];
    expect(isWritten([])).toBe(false);
    expect(isWritten([[[500, 500]]])).toBe(false);
    expect(isWritten([[[100, 100], [350, 100]]])).toBe(false);
    expect(isWritten([[[0, 0], [140, 0], [0, 0], [140, 0]]])).toBe(false);
    expect(isWritten([name])).toBe(true);
  });

  it('end where the hub would take no more', () => {
    const stroke = (points: number): Point[] => Array.from({ length: points }, (_, at) => [at, 0]);
    expect(hasRoom([stroke(POINTS_MAX - 1)])).toBe(true);
    expect(hasRoom([stroke(POINTS_MAX)])).toBe(false);
    expect(hasRoom(Array.from({ length: STROKES_MAX + 1 }, () => stroke(1)))).toBe(false);
  });
});
