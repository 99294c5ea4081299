/**
 * HPKE in base mode (RFC 9180) for one message: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-GCM. Everything secret happens in
 * the browser's WebCrypto; here stands only how its parts follow on each other.
 */

export type Bytes = Uint8Array<ArrayBuffer>;

const KEM = 0x0010;
const KDF = 0x0001;
/** AES-256-GCM is the suite in use; the RFC prints its vectors for AES-128-GCM. */
const AEADS = { 128: 0x0001, 256: 0x0002 } as const;
const HASH_BYTES = 32;
const NONCE_BYTES = 12;
const MODE_BASE = 0;
const CURVE = { name: 'ECDH', namedCurve: 'P-256' } as const;
const NOTHING: Bytes = new Uint8Array();

export interface Sealing {
  /** The recipient's public key: an uncompressed point. */
  to: Bytes;
  info: Bytes;
  aad: Bytes;
  plaintext: Bytes;
  /** Only tests bring their own pair and the shorter key. */
  ephemeral?: CryptoKeyPair;
  keyBits?: keyof typeof AEADS;
}

/** The encapsulated key, 65 bytes, and the ciphertext behind it. */
export async function seal({ to, info, aad, plaintext, ephemeral, keyBits = 256 }: Sealing): Promise<Bytes> {
  const recipient = await crypto.subtle.importKey('raw', to, CURVE, true, []);
  const pair = ephemeral ?? (await crypto.subtle.generateKey(CURVE, true, ['deriveBits']));
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: 'ECDH', public: recipient }, pair.privateKey, 8 * HASH_BYTES));

  const kem = joined(text('KEM'), two(KEM));
  const secret = await expanded(await extracted(kem, NOTHING, 'eae_prk', shared), kem, 'shared_secret', joined(point, to), HASH_BYTES);

  const suite = joined(text('HPKE'), two(KEM), two(KDF), two(AEADS[keyBits]));
  const context = joined(Uint8Array.of(MODE_BASE), await extracted(suite, NOTHING, 'psk_id_hash', NOTHING), await extracted(suite, NOTHING, 'info_hash', info));
  const schedule = await extracted(suite, secret, 'secret', NOTHING);
  const key = await crypto.subtle.importKey('raw', await expanded(schedule, suite, 'key', context, keyBits / 8), 'AES-GCM', false, ['encrypt']);
  const iv = await expanded(schedule, suite, 'base_nonce', context, NONCE_BYTES);
  return joined(point, new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: aad }, key, plaintext)));
}

/** LabeledExtract. */
function extracted(suite: Bytes, salt: Bytes, label: string, material: Bytes): Promise<Bytes> {
  // HMAC fills a missing salt up with zeros, and WebCrypto takes no empty key.
  return hmac(salt.length === 0 ? new Uint8Array(HASH_BYTES) : salt, joined(text('HPKE-v1'), suite, text(label), material));
}

/** LabeledExpand; one round of HKDF is enough for everything here. */
async function expanded(key: Bytes, suite: Bytes, label: string, info: Bytes, length: number): Promise<Bytes> {
  const labelled = joined(two(length), text('HPKE-v1'), suite, text(label), info);
  return (await hmac(key, joined(labelled, Uint8Array.of(1)))).slice(0, length);
}

async function hmac(key: Bytes, message: Bytes): Promise<Bytes> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, message));
}

export const text = (text: string): Bytes => new TextEncoder().encode(text);
const two = (number: number): Bytes => Uint8Array.of(number >> 8, number & 0xff);

export function joined(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
