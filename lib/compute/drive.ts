import type { Awaitable } from '../core/awaitable.ts';
import type { Id } from '../core/id.ts';
import type { Identity } from './executor.ts';

/** What a guest can open of a drive: the data of an item, a transaction's header, the header of a block. */
export interface DrivePath {
  readonly kind: 'data' | 'tx' | 'block';
  /** The id, or the height, as the guest wrote it: it may be anything. */
  readonly name: string;
}

/** A file of a drive. It is plain data, and kept as long as it is open, in checkpoints too. */
export interface DriveFile {
  /** Names its content for good: the same key never has other bytes. */
  readonly key: string;
  readonly sizeBytes: number;
}

/** The turn that opens a file, and of which process. */
export interface DriveTurn {
  readonly process: Identity;
  readonly module: Identity;
  /** The id of its assignment; undefined for a dry run. */
  readonly assignment: Id | undefined;
  /** Of the message that is evaluated. */
  readonly blockHeight: number;
}

/**
 * Where the modules of a system read files that are not theirs. AO calls it WeaveDrive; `weaveDrive` of `heddle/arweave` makes
 * one. What is at hand is answered at once, anything else by a promise, on which the turn waits.
 *
 * A turn that is evaluated again, after a crash or in a replay, has to be answered as it was the first time. It asks under the
 * id of the same assignment.
 *
 * @example
 * ```ts
 * import { type Drive, HeddleError, wasm } from 'heddle';
 *
 * const text = new TextEncoder().encode('the same for everybody');
 * const drive: Drive = {
 *   open({ kind, name }) {
 *     if (kind === 'data' && name === 'motto') return { key: 'motto', sizeBytes: text.length };
 *     throw new HeddleError('drive-file-missing', 'HALT: FILE NOT FOUND');
 *   },
 *   read(file, position, into) {
 *     into.set(text.subarray(position, position + into.length));
 *   },
 * };
 * const withMotto = (binary: Uint8Array) => wasm(binary, { drive }); // in Lua: io.open('/data/motto'):read(22)
 * ```
 */
export interface Drive {
  /**
   * The file at a path. Throws or rejects with `drive-file-missing`, `drive-mode-unsupported` or `drive-over-limit` if that
   * stays so: it is the turn's outcome. Anything else crashes the process, and the turn is evaluated again.
   */
  open(path: DrivePath, turn: DriveTurn): Awaitable<DriveFile>;
  /**
   * Fills `into` with the bytes of `file` from `position` on, which are all within it, if they are at hand. Otherwise it
   * leaves `into` alone and returns a promise that fulfils when they are; then it is asked again. Fails as `open` does.
   */
  read(file: DriveFile, position: number, into: Uint8Array): Awaitable<void>;
}
