import * as crypto from 'node:crypto';
import { plainBytes } from './bytes.ts';
import type { Ed25519KeyPair } from './crypto.ts';

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

/** Whether this is an Ed25519 signature. */
export function verifyEd25519(owner: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: base64Url(owner) }, format: 'jwk' });
    return verify(null, message, key, signature);
  } catch {
    // The owner is no key.
    return false;
  }
}

/** The key pair of a private key of 32 bytes. */
export function ed25519KeyPair(privateKey: Uint8Array): Ed25519KeyPair {
  const key = createPrivateKey({ key: Buffer.concat([pkcs8, privateKey]), format: 'der', type: 'pkcs8' });
  return {
    publicKey: fromBase64Url(createPublicKey(key).export({ format: 'jwk' }).x),
    sign: (message) => plainBytes(sign(null, message, key)),
  };
}

/** A private key from the host's secure random numbers. */
export const generateEd25519PrivateKey = (): Uint8Array =>
  fromBase64Url(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }).d);

const { constants, createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } = crypto;
/** What comes before the 32 bytes of a private Ed25519 key in PKCS #8 (RFC 8410, 7). */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const padding = constants.RSA_PKCS1_PSS_PADDING;

const base64Url = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');

const fromBase64Url = (text = ''): Uint8Array => plainBytes(Buffer.from(text, 'base64url'));
