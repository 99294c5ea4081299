import type { Signature } from '../generated/wire';

/** The field in the units of the contract (`wire::sign`); the glass may have any size of the same shape. */
export const WIDTH = 4_000;
export const HEIGHT = 1_000;
/** As the hub counts: more is no signature. */
export const STROKES_MAX = 200;
export const POINTS_MAX = 3_000;
const INK_MIN = 300;
const SPREAD_MIN = 150;
/** A pen that went less far since the last point has not moved. */
const STEP_MIN = 5;
/** A point that lies so near the line between its neighbours says nothing. */
const BEND_MIN = 2;

export type Point = [number, number];
export type Strokes = Point[][];

/** Where on the field a finger is, from where it is on the glass. */
export function unitsOf(x: number, y: number, glass: { left: number; top: number; width: number; height: number }): Point {
  const within = (share: number, most: number) => Math.round(Math.min(1, Math.max(0, share)) * most);
  return [within((x - glass.left) / glass.width, WIDTH), within((y - glass.top) / glass.height, HEIGHT)];
}

/** The stroke with one point more, where that is another one. */
export function moved(stroke: Point[], to: Point): Point[] {
  const last = stroke.at(-1);
  return last !== undefined && distance(last, to) < STEP_MIN ? stroke : [...stroke, to];
}

/** Without the points between which a line says the same (Douglas and Peucker 1973). */
export function thinned(stroke: Point[]): Point[] {
  if (stroke.length < 3) return stroke;
  const first = stroke[0] as Point;
  const last = stroke.at(-1) as Point;
  let far = 0;
  let at = 0;
  stroke.forEach((point, index) => {
    const off = offLine(point, first, last);
    if (off > far) [far, at] = [off, index];
  });
  if (far < BEND_MIN) return [first, last];
  return [...thinned(stroke.slice(0, at + 1)), ...thinned(stroke.slice(at)).slice(1)];
}

/** Whether somebody has written more than a dot, as the hub asks for it too. */
export function isWritten(strokes: Strokes): boolean {
  const points = strokes.flat();
  if (points.length === 0) return false;
  const spread = (of: 0 | 1) => Math.max(...points.map((it) => it[of])) - Math.min(...points.map((it) => it[of]));
  return Math.max(spread(0), spread(1)) >= SPREAD_MIN && ink(strokes) >= INK_MIN;
}

/** Whether there is room for another point. */
export function hasRoom(strokes: Strokes): boolean {
  return strokes.length <= STROKES_MAX && strokes.reduce((sum, stroke) => sum + stroke.length, 0) < POINTS_MAX;
}

export function signature(strokes: Strokes): Signature {
  return { strokes };
}

function ink(strokes: Strokes): number {
  let sum = 0;
  for (const stroke of strokes) {
    for (let at = 1; at < stroke.length; at += 1) sum += distance(stroke[at - 1] as Point, stroke[at] as Point);
  }
  return sum;
}

function distance([x, y]: Point, [toX, toY]: Point): number {
  return Math.hypot(toX - x, toY - y);
}

function offLine(point: Point, from: Point, to: Point): number {
  const length = distance(from, to);
  if (length === 0) return distance(point, from);
  const area = (to[0] - from[0]) * (from[1] - point[1]) - (from[0] - point[0]) * (to[1] - from[1]);
  return Math.abs(area) / length;
}
