import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import jsQR from 'jsqr';
import { describe, expect, test } from 'vitest';

import { base45 } from './base45';
import { CODE_CHARS_MAX, codeOf } from './code';
import { seal, type Bytes } from './hpke';
import { qrRows } from './qr';
import vectors from './vectors.json';

const hex = (digits: string): Bytes => Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const inHex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** RFC 9180, appendix A.3.1: base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, the first message. */
const RFC = {
  info: '4f6465206f6e2061204772656369616e2055726e',
  pkRm: '04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0',
  skEm: '4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb',
  pkEm: '04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4',
  aad: '436f756e742d30',
  pt: '4265617574792069732074727574682c20747275746820626561757479',
  ct: '5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434',
};

async function ephemeral(): Promise<CryptoKeyPair> {
  const url = (digits: string) => Buffer.from(hex(digits)).toString('base64url');
  const [x, y] = [url(RFC.pkEm.slice(2, 66)), url(RFC.pkEm.slice(66))];
  const curve = { name: 'ECDH', namedCurve: 'P-256' };
  return {
    publicKey: await crypto.subtle.importKey('raw', hex(RFC.pkEm), curve, true, []),
    privateKey: await crypto.subtle.importKey('jwk', { kty: 'EC', crv: 'P-256', x, y, d: url(RFC.skEm) }, curve, true, ['deriveBits']),
  };
}

describe('the code', () => {
  test('base45 is that of RFC 9285', () => {
    for (const [text, code] of [['AB', 'BB8'], ['Hello!!', '%69 VD92EX0'], ['base-45', 'UJCLQE7W581'], ['ietf!', 'QED8WEX0'], ['', '']] as const) {
      expect(base45(new TextEncoder().encode(text))).toBe(code);
    }
  });

  test('the encryption is that of RFC 9180', async () => {
    const sealed = await seal({ to: hex(RFC.pkRm), info: hex(RFC.info), aad: hex(RFC.aad), plaintext: hex(RFC.pt), ephemeral: await ephemeral(), keyBits: 128 });
    expect(inHex(sealed)).toBe(RFC.pkEm + RFC.ct);
  });

  test('the hub has opened what this page makes', async () => {
    const { key, made_at, procedure, digest, answers, text } = vectors.sealed;
    const written = { madeAt: made_at * 1_000, procedure, digest, answers: answers as [string, string][] };
    const made = await codeOf(written, key, { ephemeral: await ephemeral(), compress: false });
    expect(made).toBe(text);
    const sample = join(dirname(fileURLToPath(import.meta.url)), '../../../src-tauri/crates/hub/src/prefill/sample.txt');
    expect(made).toBe(readFileSync(sample, 'utf8').trimEnd());
  });

  test('the same answers make another code each time, and the name is nowhere in it', async () => {
    const { key, procedure, digest } = vectors.sealed;
    const written = { madeAt: 1_795_482_000_000, procedure, digest, answers: [['applicant_name', 'FUKUYAMA TARO']] as [string, string][] };
    const [first, second] = [await codeOf(written, key), await codeOf(written, key)];
    expect(first).not.toBe(second);
    expect(first).toMatch(new RegExp(`^UKT1${key.id}[0-9A-Z $%*+./:-]+$`));
    expect(first).not.toContain('FUKUYAMA');
  });

  test('what is too long for one code has none', async () => {
    const { key, procedure, digest } = vectors.sealed;
    const random = Array.from(crypto.getRandomValues(new Uint8Array(900)), (byte) => String.fromCodePoint(0x4e00 + byte * 31)).join('');
    expect(await codeOf({ madeAt: 0, procedure, digest, answers: [['people', random]] }, key)).toBeNull();
  });

  test('the longest code is one that a scanner reads', () => {
    const text = 'UKT1'.padEnd(CODE_CHARS_MAX, '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:');
    const rows = qrRows(text);
    expect(rows.length).toBe(4 * 23 + 17);
    const [scale, quiet] = [4, 4];
    const side = (rows.length + 2 * quiet) * scale;
    const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
    rows.forEach((row, y) => {
      for (const run of row.matchAll(/1/g)) {
        for (let dy = 0; dy < scale; dy++) {
          const at = ((y + quiet) * scale + dy) * side + (run.index + quiet) * scale;
          for (let dx = 0; dx < scale; dx++) pixels.fill(0, (at + dx) * 4, (at + dx) * 4 + 3);
        }
      }
    });
    expect(jsQR(pixels, side, side)?.data).toBe(text);
  });
});
