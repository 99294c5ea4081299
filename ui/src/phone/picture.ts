/** The code as a picture to keep, with what it is for below it. */
const SIDE_PX = 1_080;
const QUIET = 4;
const LINE_PX = 56;
const MARGIN_PX = 40;

export async function savePicture(rows: string[], lines: string[], name: string): Promise<void> {
  const modules = rows.length + 2 * QUIET;
  const module_px = Math.max(1, Math.floor(SIDE_PX / modules));
  const side = modules * module_px;
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side + lines.length * LINE_PX + MARGIN_PX;
  const ink = canvas.getContext('2d');
  if (ink === null) throw new Error('no canvas');
  ink.fillStyle = '#fff';
  ink.fillRect(0, 0, canvas.width, canvas.height);
  ink.fillStyle = '#000';
  rows.forEach((row, y) => {
    for (const run of row.matchAll(/1+/g)) ink.fillRect((run.index + QUIET) * module_px, (y + QUIET) * module_px, run[0].length * module_px, module_px);
  });
  ink.font = '700 36px sans-serif';
  ink.textAlign = 'center';
  ink.textBaseline = 'top';
  lines.forEach((line, index) => {
    ink.fillText(line, side / 2, side + index * LINE_PX, side - 2 * MARGIN_PX);
  });
  const picture = await new Promise<Blob | null>((done) => {
    canvas.toBlob(done, 'image/png');
  });
  if (picture === null) throw new Error('no picture');
  const address = URL.createObjectURL(picture);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => { URL.revokeObjectURL(address); }, 10_000);
}
