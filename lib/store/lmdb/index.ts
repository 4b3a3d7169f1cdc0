/**
 * A durable store in a folder.
 *
 * @module
 */
export { type LmdbStore, lmdbStore } from './lmdb-store.ts';
export type { Durability, LmdbOptions } from './options.ts';
