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

/** From the start of the first hour to the end of the last, in seconds. */
export function span(half_hours: readonly { start: number }[], points: readonly { issued_at: number }[]): [number, number] {
  const times = [...half_hours.map((half) => half.start), ...half_hours.map((half) => half.start + 1_800_000), ...points.map((point) => point.issued_at)];
  const hour = 3_600_000;
  return [
    Math.floor(Math.min(...times) / hour) * (hour / 1_000),
    Math.ceil(Math.max(...times) / hour) * (hour / 1_000),
  ];
}
