import type { Address, Id } from '../../core/id.ts';

/** An item that lets files be read: one of those owners has signed it, it has those tags, and is in a block up to that. */
export interface AttestationQuery {
  readonly owners: readonly Address[];
  readonly tags: Readonly<Record<string, string>>;
  readonly maxHeight: number;
}

/**
 * Where a drive gets what it has not got: `fromGateway` and `fromFiles` make one. It rejects with `gateway-not-found` if there
 * is no such data, transaction or block, which becomes the outcome of the turn that asked; with whatever else it rejects, it
 * is asked again.
 */
export interface DriveSource {
  /** How many bytes of data a transaction or an item has. */
  size(id: Id, signal: AbortSignal): Promise<number>;
  /** The bytes of that data from `from` up to `to`. */
  range(id: Id, from: number, to: number, signal: AbortSignal): Promise<Uint8Array>;
  /** A transaction's header as JSON, with the address of its owner as `ownerAddress`. */
  transaction(id: Id, signal: AbortSignal): Promise<string>;
  /** The block of a height as JSON. */
  block(height: number, signal: AbortSignal): Promise<string>;
  /** Up to which height it knows all blocks. */
  height(signal: AbortSignal): Promise<number>;
  /** Whether there is such an item. */
  attests(query: AttestationQuery, signal: AbortSignal): Promise<boolean>;
}
