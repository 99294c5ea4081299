/** Base45 (RFC 9285): bytes in the characters that a QR code holds most tightly. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

const letter = (digit: number) => ALPHABET.charAt(digit % 45);

export function base45(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 2) {
    const [high = 0, low] = bytes.subarray(at, at + 2);
    const number = low === undefined ? high : high * 256 + low;
    text += letter(number) + letter(Math.floor(number / 45));
    if (low !== undefined) text += letter(Math.floor(number / 2025));
  }
  return text;
}
