import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Address } from '../core/id.ts';
import { toHex } from './hex.ts';

// Type 3 of ANS-104: what Ethereum's wallets sign as a personal message (EIP-191), with the recovery byte at the end.

const encoder = new TextEncoder();
/** Of the numbers r and s of a signature together. */
const compactBytes = 64;

/** The address of an uncompressed public key: `0x` and 40 digits whose case is a checksum (EIP-55). */
export function ethereumAddress(publicKey: Uint8Array): Address {
  const digits = toHex(keccak_256(publicKey.subarray(1)).subarray(-20));
  const checksum = toHex(keccak_256(encoder.encode(digits)));
  let address = '0x';
  for (let at = 0; at < digits.length; at++) {
    const digit = digits.charAt(at);
    address += checksum.charAt(at) >= '8' ? digit.toUpperCase() : digit;
  }
  return address;
}

/** Signs with a private key of 32 bytes. */
export function signEthereum(privateKey: Uint8Array, message: Uint8Array): Uint8Array {
  const signed = secp256k1.sign(personalHash(message), privateKey);
  const signature = new Uint8Array(compactBytes + 1);
  signature.set(signed.toBytes('compact'));
  signature[compactBytes] = 27 + signed.recovery;
  return signature;
}

/**
 * Whether the signature is that of `owner`. The key is recovered, so that the last byte counts as well. Of the two
 * signatures that are each other's negative only the usual one with the lower s does.
 */
export function verifyEthereum(owner: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const recovery = recoveryOf(signature[compactBytes]);
    if (recovery === undefined) return false;
    const signed = secp256k1.Signature.fromCompact(signature.subarray(0, compactBytes)).addRecoveryBit(recovery);
    if (signed.hasHighS()) return false;
    const recovered = signed.recoverPublicKey(personalHash(message)).toBytes(false);
    return owner.length === recovered.length && recovered.every((byte, at) => byte === owner[at]);
  } catch {
    // No key can be recovered from it.
    return false;
  }
}

/** The uncompressed public key, and that there is one: undefined if these are not 32 bytes of a private key. */
export function ethereumPublicKey(privateKey: Uint8Array): Uint8Array | undefined {
  return secp256k1.utils.isValidPrivateKey(privateKey) ? secp256k1.getPublicKey(privateKey, false) : undefined;
}

/** A private key from the host's secure random numbers. */
export const generateEthereumPrivateKey = (): Uint8Array => secp256k1.utils.randomPrivateKey();

/** Most wallets write 27 or 28, some 0 or 1. */
function recoveryOf(byte: number | undefined): number | undefined {
  if (byte === 27 || byte === 28) return byte - 27;
  return byte === 0 || byte === 1 ? byte : undefined;
}

const personalHash = (message: Uint8Array): Uint8Array =>
  keccak_256
    .create()
    .update(encoder.encode(`\x19Ethereum Signed Message:\n${message.length}`))
    .update(message)
    .digest();
