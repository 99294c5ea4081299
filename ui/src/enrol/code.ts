/** Crockford's Base32 in reading order, without I, L, O and U: what a one-time code is made of. */
export const SIGNS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const CODE_SIGNS = 8;

const TAKEN_FOR: Record<string, string> = { O: '0', I: '1', L: '1' };

/** The signs of a code in what somebody typed or pasted: any case, full width, dashes and spaces left out. */
export function signsOf(typed: string): string {
  const plain = typed.normalize('NFKC').toUpperCase();
  const signs = Array.from(plain, (sign) => TAKEN_FOR[sign] ?? sign).filter((sign) => SIGNS.includes(sign));
  return signs.join('').slice(0, CODE_SIGNS);
}

/** A code as it is sent, in two groups. */
export const grouped = (signs: string): string => `${signs.slice(0, CODE_SIGNS / 2)}-${signs.slice(CODE_SIGNS / 2)}`;
