const TOKEN_CHARS_MAX = 128;

/** The token at the end of `/v/<token>`; nothing where there is none. */
export function tokenIn(address: string): string | null {
  const token = /^\/v\/([A-Za-z0-9_-]+)\/?$/.exec(address)?.[1];
  return token !== undefined && token.length <= TOKEN_CHARS_MAX ? token : null;
}
