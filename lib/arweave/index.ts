/**
 * Data items and bundles of ANS-104, what is kept on Arweave and sent to AO, and the keys that sign them.
 *
 * @module
 */
export { type DeepHashInput, deepHash } from './deep-hash.ts';
export { type DataItem, parseItem } from './item.ts';
export { defaultItemLimits, type ItemLimits } from './item-limits.ts';
export type { BinaryTag } from './item-tags.ts';
export { verifyItem } from './item-verification.ts';
