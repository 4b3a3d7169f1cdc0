/**
 * A durable store in a folder, and what mends it.
 *
 * @module
 */
export { type LmdbStore, lmdbStore } from './lmdb-store.ts';
export type { Durability, LmdbOptions } from './options.ts';
export { compactStore, type RepairedStore, repairStore } from './repair.ts';
