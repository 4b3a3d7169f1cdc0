import { sha256 } from '@noble/hashes/sha2.js';
import { encodeBase64Url } from './base64url.ts';

/** The SHA-256 of bytes, or of a text's UTF-8 bytes, as base64url. For hosts without a hash function of their own. */
export const sha256Base64Url = (data: string | Uint8Array): string =>
  encodeBase64Url(sha256(typeof data === 'string' ? utf8.encode(data) : data));

const utf8 = new TextEncoder();
