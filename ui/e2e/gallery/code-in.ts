import type { Page } from '@playwright/test';
import jsQR from 'jsqr';

/** The text of the QR code in a picture, as a scanner reads it. The browser unpacks the picture. */
export async function codeIn(page: Page, png: Buffer): Promise<string | undefined> {
  const other = await page.context().newPage();
  try {
    const { greys, width, height } = await other.evaluate(async (base64) => {
      const picture = new Image();
      picture.src = `data:image/png;base64,${base64}`;
      await picture.decode();
      const canvas = new OffscreenCanvas(picture.naturalWidth, picture.naturalHeight);
      const ink = canvas.getContext('2d');
      ink?.drawImage(picture, 0, 0);
      const drawn = ink?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let signs = '';
      for (let at = 0; at < drawn.length; at += 4) signs += String.fromCharCode(drawn[at] ?? 0);
      return { greys: btoa(signs), width: canvas.width, height: canvas.height };
    }, png.toString('base64'));
    const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
    Buffer.from(greys, 'base64').forEach((grey, at) => pixels.fill(grey, 4 * at, 4 * at + 3));
    return jsQR(pixels, width, height)?.data;
  } finally {
    await other.close();
    // A page behind another one is not drawn, and what is not drawn cannot be taken a picture of.
    await page.bringToFront();
  }
}
