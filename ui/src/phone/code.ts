/** The text of the QR code: what was written, in CBOR, compressed, encrypted to the office, in base45. */
import type { PhoneKey } from '../generated/wire';
import { base45 } from './base45';
import { joined, seal, text, type Bytes, type Sealing } from './hpke';

/** Version 23 at level M: a phone shows its modules so large that a kiosk's scanner reads them. */
export const CODE_CHARS_MAX = 1_248;
const NAME = 'UKT1';
const INFO = text('uketsuke phone form 1');
const PLAIN = Uint8Array.of(0);
const DEFLATED = Uint8Array.of(1);

export interface Written {
  /** Milliseconds. */
  madeAt: number;
  procedure: string;
  /** Hexadecimal. */
  digest: string;
  answers: readonly (readonly [field: string, value: string])[];
}

export interface Making {
  /** Only tests bring their own pair, and leave compression away: browsers compress differently. */
  ephemeral?: CryptoKeyPair;
  compress?: boolean;
}

/** The text for the code; `null` where it would be larger than a code may be. */
export async function codeOf(written: Written, key: PhoneKey, { ephemeral, compress = true }: Making = {}): Promise<string | null> {
  const clear = NAME + key.id;
  const plain = cborOf(written);
  const deflated = compress ? await deflate(plain) : null;
  const shorter = deflated !== null && deflated.length < plain.length;
  const sealing: Sealing = {
    to: fromBase64(key.public),
    info: INFO,
    aad: text(clear),
    plaintext: shorter ? joined(DEFLATED, deflated) : joined(PLAIN, plain),
  };
  const code = clear + base45(await seal(ephemeral === undefined ? sealing : { ...sealing, ephemeral }));
  return code.length <= CODE_CHARS_MAX ? code : null;
}

/** `[made at in seconds, procedure, digest, {field: value}]`, RFC 8949. */
function cborOf({ madeAt, procedure, digest, answers }: Written): Bytes {
  const bytes = Uint8Array.from(digest.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return joined(
    head(4, 4),
    head(0, Math.floor(madeAt / 1_000)),
    cborText(procedure),
    head(2, bytes.length),
    bytes,
    head(5, answers.length),
    ...answers.flatMap((answer) => answer.map(cborText)),
  );
}

function cborText(value: string): Bytes {
  const bytes = text(value);
  return joined(head(3, bytes.length), bytes);
}

/** A major type with its number. Seconds are the largest that occur, and fit into four bytes until 2106. */
function head(major: number, number: number): Bytes {
  const first = major << 5;
  if (number < 24) return Uint8Array.of(first | number);
  if (number < 0x100) return Uint8Array.of(first | 24, number);
  if (number < 0x1_0000) return Uint8Array.of(first | 25, number >> 8, number & 0xff);
  return Uint8Array.of(first | 26, (number >>> 24) & 0xff, (number >>> 16) & 0xff, (number >>> 8) & 0xff, number & 0xff);
}

/** Older phones cannot compress; their codes are larger. */
async function deflate(bytes: Bytes): Promise<Bytes | null> {
  if (typeof CompressionStream === 'undefined') return null;
  let stream: CompressionStream;
  try {
    stream = new CompressionStream('deflate-raw');
  } catch {
    return null;
  }
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

function fromBase64(base64url: string): Bytes {
  const base64 = base64url.replaceAll('-', '+').replaceAll('_', '/');
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}
