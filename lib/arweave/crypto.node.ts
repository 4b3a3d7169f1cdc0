import * as crypto from 'node:crypto';
import { availableParallelism } from 'node:os';
import { decodeBase64Url } from '../core/base64url.ts';
import { plainBytes } from './bytes.ts';
import type { Ed25519KeyPair } from './crypto.ts';
import { isSmallOrder } from './small-order.ts';

/** The SHA-384 of bytes. Node before 20.12 lacks the call that makes no hash object. */
export const sha384: (bytes: Uint8Array) => Uint8Array =
  'hash' in crypto
    ? (bytes) => crypto.hash('sha384', bytes, 'buffer')
    : (bytes) => createHash('sha384').update(bytes).digest();

/** Whether this is an RSA-PSS signature with SHA-256 and a salt of any length; `owner` is the key's modulus. */
export function verifyRsa(owner: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'RSA', n: base64Url(owner), e: 'AQAB' }, format: 'jwk' });
    return verify('sha256', message, { key, padding, saltLength: constants.RSA_PSS_SALTLEN_AUTO }, signature);
  } catch {
    // The owner is no key.
    return false;
  }
}

/** Whether this is an Ed25519 signature of a key that somebody can own. */
export function verifyEd25519(owner: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    if (isSmallOrder(owner)) return false;
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: base64Url(owner) }, format: 'jwk' });
    return verify(null, message, key, signature);
  } catch {
    // The owner is no key.
    return false;
  }
}

/** The key pair of a private key of 32 bytes. */
export function ed25519KeyPair(privateKey: Uint8Array): Ed25519KeyPair {
  const key = createPrivateKey({
    key: Buffer.from(Uint8Array.of(...pkcs8, ...privateKey).buffer),
    format: 'der',
    type: 'pkcs8',
  });
  return {
    publicKey: fromBase64Url(createPublicKey(key).export({ format: 'jwk' }).x),
    sign: (message) => plainBytes(sign(null, message, key)),
  };
}

/** A private key from the host's secure random numbers. */
export const generateEd25519PrivateKey = (): Uint8Array =>
  fromBase64Url(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }).d);

/** RSA signatures that are made at a time. Of the four threads that Node has for such work, one is left to read files with. */
export const signingThreads = Math.min(3, availableParallelism());

const { constants, createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } = crypto;
/** What comes before the 32 bytes of a private Ed25519 key in PKCS #8 (RFC 8410, 7). */
const pkcs8 = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
const padding = constants.RSA_PKCS1_PSS_PADDING;

const base64Url = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');

// Not through a Buffer: small ones share their memory, and this may be a private key.
const fromBase64Url = (text = ''): Uint8Array => decodeBase64Url(text) ?? new Uint8Array(0);
