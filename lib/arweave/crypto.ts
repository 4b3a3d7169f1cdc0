import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256, sha384 as sha384Of } from '@noble/hashes/sha2.js';
import { encodeBase64Url } from '../core/base64url.ts';
import { fromHex, toBigInt } from './hex.ts';
import { webCrypto } from './web-crypto.ts';

// For hosts other than Node; there another file takes this one's place.

/** A key that signs, and the one that verifies. */
export interface Ed25519KeyPair {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** The SHA-384 of bytes. */
export const sha384: (bytes: Uint8Array) => Uint8Array = sha384Of;

/** Whether this is an RSA-PSS signature with SHA-256 and a salt of any length; `owner` is the key's modulus. */
export async function verifyRsa(owner: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const saltLength = saltBytes(owner, signature);
  if (saltLength === undefined) return false;
  const subtle = webCrypto();
  const key = { kty: 'RSA', n: encodeBase64Url(owner), e: 'AQAB' };
  try {
    const imported = await subtle.importKey('jwk', key, { name, hash: 'SHA-256' }, false, ['verify']);
    return await subtle.verify({ name, saltLength }, imported, Uint8Array.from(signature), Uint8Array.from(message));
  } catch {
    // The owner is no key.
    return false;
  }
}

/** Whether this is an Ed25519 signature of a key that somebody can own. */
export function verifyEd25519(owner: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    // Without `zip215` it is as strict as RFC 8032, and refuses keys of small order.
    return ed25519.verify(signature, message, owner, { zip215: false });
  } catch {
    // The owner is no key.
    return false;
  }
}

/** The key pair of a private key of 32 bytes. */
export const ed25519KeyPair = (privateKey: Uint8Array): Ed25519KeyPair => ({
  publicKey: ed25519.getPublicKey(privateKey),
  sign: (message) => ed25519.sign(message, privateKey),
});

/** A private key from the host's secure random numbers. */
export const generateEd25519PrivateKey = (): Uint8Array => ed25519.utils.randomPrivateKey();

/** RSA signatures that are made at a time. */
export const signingThreads = Math.min(3, globalThis.navigator?.hardwareConcurrency ?? 2);

const name = 'RSA-PSS';
const hashBytes = 32;

/**
 * How long the salt of a signature is, which WebCrypto wants to be told; undefined if it cannot be a signature. Whether it
 * is one WebCrypto says. The padding is that of RFC 8017, 9.1: a masked block that ends with 1 and the salt, its hash, 0xbc.
 */
function saltBytes(owner: Uint8Array, signature: Uint8Array): number | undefined {
  const modulus = toBigInt(owner);
  if (modulus === 0n) return undefined;
  const padded = toBytes(raised(toBigInt(signature), modulus), owner.length);
  const block = padded.subarray(0, -hashBytes - 1);
  const hash = padded.subarray(block.length, -1);
  for (let at = 0, counter = 0; at < block.length; at += hashBytes, counter++) {
    const mask = sha256(Uint8Array.of(...hash, 0, 0, 0, counter));
    for (const [offset, byte] of mask.entries()) {
      const masked = block[at + offset];
      if (masked !== undefined) block[at + offset] = masked ^ byte;
    }
  }
  // The highest bit is not part of it.
  block[0] = (block[0] ?? 0) & 0x7f;
  const one = block.findIndex((byte) => byte !== 0);
  return block[one] === 1 ? block.length - one - 1 : undefined;
}

/** `base` to the power of 65537, the exponent of all Arweave keys. */
function raised(base: bigint, modulus: bigint): bigint {
  let power = base;
  for (let squared = 0; squared < 16; squared++) power = (power * power) % modulus;
  return (power * base) % modulus;
}

const toBytes = (number: bigint, length: number): Uint8Array =>
  fromHex(number.toString(16).padStart(length * 2, '0')) ?? new Uint8Array(length);
