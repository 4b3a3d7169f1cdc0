import { toHex } from './hex.ts';

/**
 * Whether an Ed25519 key is one of the points whose order divides 8, which nobody owns: for them the same signature fits
 * many contents or all, so that an id would name more than one item. RFC 8032 leaves it open whether verifiers refuse them,
 * and the OpenSSL of Node 20 and 22 does not.
 */
export function isSmallOrder(key: Uint8Array): boolean {
  const last = key.length - 1;
  // The highest bit is the sign of the other coordinate, which is nothing to this.
  const hex = toHex(key.subarray(0, last)) + toHex(Uint8Array.of((key[last] ?? 0) & 0x7f));
  return smallOrder.has(hex);
}

/** The coordinate y of those points, with the two that can be written as themselves plus the field's prime. */
const smallOrder: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
]);
