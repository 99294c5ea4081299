import type { Page } from '@playwright/test';
import jsQR from 'jsqr';

/** The text of the QR code in a picture, as a scanner reads it. The browser unpacks the picture. */
export async function codeIn(page: Page, png: Buffer): Promise<string | undefined> {
  const other = await page.context().newPage();
  try {
    const { pixels, width, height } = await other.evaluate(async (base64) => {
      const picture = new Image();
      picture.src = `data:image/png;base64,${base64}`;
      await picture.decode();
      const canvas = new OffscreenCanvas(picture.naturalWidth, picture.naturalHeight);
      const ink = canvas.getContext('2d');
      ink?.drawImage(picture, 0, 0);
      const drawn = ink?.getImageData(0, 0, canvas.width, canvas.height);
      return { pixels: Array.from(drawn?.data ?? []), width: canvas.width, height: canvas.height };
    }, png.toString('base64'));
    return jsQR(Uint8ClampedArray.from(pixels), width, height)?.data;
  } finally {
    await other.close();
  }
}
