import type uPlot from 'uplot';

import { timeOfDay } from '../live/time';

export const INK = '#333333';
export const GRID = '#e0e0e0';
export const BLUE = '#0017c1';
export const ORANGE = '#c74700';
export const RED = '#ce0000';
export const FONT = "13px 'Noto Sans JP Variable', 'Noto Sans CJK JP', sans-serif";

/** Times of day in the office's zone, along the bottom. */
export function timeAxis(zone: string): uPlot.Axis {
  return {
    stroke: INK,
    font: FONT,
    grid: { stroke: GRID },
    incrs: [1800, 3600, 7200, 14_400],
    values: (_plot, seconds) => seconds.map((second) => timeOfDay(second * 1_000, zone)),
  };
}

export function countAxis(label: string): uPlot.Axis {
  return { stroke: INK, font: FONT, labelFont: FONT, label, labelSize: 22, grid: { stroke: GRID }, size: 46 };
}

const HOUR_MS = 3_600_000;
/** A morning's first visits should not fill the whole width. */
const HOURS_MIN = 8;

/** The half hours from the first to the last in which anything happened, filled up to a working day's length. */
export function busyHours<T extends { start: number; issued: number; called: number }>(halfHours: readonly T[]): T[] {
  const busy = (half: T) => half.issued > 0 || half.called > 0;
  const first = halfHours.findIndex(busy);
  if (first < 0) return [];
  const last = halfHours.findLastIndex(busy);
  const from = first - (first % 2);
  return halfHours.slice(from, Math.max(last + 1, from + HOURS_MIN * 2));
}

/** From the start of the first hour to the end of the last, in seconds. */
export function span(halfHours: readonly { start: number }[], points: readonly { issued_at: number }[]): [number, number] {
  const times = [...halfHours.flatMap((half) => [half.start, half.start + HOUR_MS / 2]), ...points.map((point) => point.issued_at)];
  return [
    Math.floor(Math.min(...times) / HOUR_MS) * (HOUR_MS / 1_000),
    Math.ceil(Math.max(...times) / HOUR_MS) * (HOUR_MS / 1_000),
  ];
}
