import { sha256 } from '@noble/hashes/sha2.js';
import { encodeBase64Url } from './base64url.ts';

/** The SHA-256 of bytes, or of a text's UTF-8 bytes, as base64url. For hosts without a hash function of their own. */
export const sha256Base64Url = (data: string | Uint8Array): string =>
  encodeBase64Url(sha256(typeof data === 'string' ? utf8.encode(data) : data));

/** The SHA-256 of bytes that come bit by bit. */
export class Sha256 {
  readonly #hash = sha256.create();

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** The hash of all bytes so far and of `rest`, as base64url, without taking `rest` in. */
  with(rest: readonly Uint8Array[]): string {
    const copy = this.#hash.clone();
    for (const bytes of rest) copy.update(bytes);
    return encodeBase64Url(copy.digest());
  }
}

const utf8 = new TextEncoder();
