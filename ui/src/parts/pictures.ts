/** The pages' own set of pictures by name: one stroke width, one grid of 24. What every page needs stands here. */
export const PICTURES: Record<string, string> = {
  arrow_right: 'M5 12h14M13 6l6 6-6 6',
  back: 'M19 12H5M11 6l-6 6 6 6',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  close: 'M6 6l12 12M18 6L6 18',
  undo: 'M9 7L4 12l5 5M4 12h10a5.5 5.5 0 0 1 5.5 5.5',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5.5M12 7.3v.4',
  caution: 'M12 4l9 16H3zM12 10v4.5M12 17.2v.4',
  alert: 'M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3zM12 7.5v5.5M12 16v.4',
  good: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 12.3l2.8 2.8L16 9.8',
  staff: 'M12 4.5a3.6 3.6 0 1 0 0 7.2 3.6 3.6 0 0 0 0-7.2zM4.5 20.5c.6-4 3.4-6 7.5-6s6.9 2 7.5 6M17 4.5c1.6.6 2.5 1.8 2.5 3.6s-.9 3-2.5 3.6',
  print: 'M7 8V3.5h10V8M7 16.5H4V8h16v8.5h-3M7 13.5h10v7H7zM16.5 11h.5',
  sound: 'M4 9.5v5h3.5L12 19V5L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.5 2.5',
  certificate: 'M6 3h12v18H6zM9 7.500h6M9 11h6M14.500 14.200a1.800 1.800 0 1 0 0 3.600 1.800 1.800 0 0 0 0-3.600zM9 14.500h2',
  number: 'M5 6h14v4a2 2 0 0 0 0 4v4H5v-4a2 2 0 0 0 0-4zM12 9v.5M12 11.800v.5M12 14.600v.5',
  booking: 'M4 5.500h16v15H4zM4 10h16M8 3v4M16 3v4M8.500 15l2.500 2.500 4.500-4.500',
};
