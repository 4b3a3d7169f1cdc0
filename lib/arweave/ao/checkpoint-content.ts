import { givenBytes } from '../../compute/given-bytes.ts';
import { HeddleError } from '../../core/error.ts';
import { hashBytes, type Id, idToBytes } from '../../core/id.ts';
import type { Tag } from '../../core/tags.ts';
import type { ChainEnd } from '../../schedule/hash-chain.ts';
import { checkWhole } from '../../system/options.ts';
import { toHex } from '../hex.ts';
import type { ItemContent } from '../item-signing.ts';
import { gzip } from './gzip.ts';

/**
 * The state of a process after a slot, as it is published.
 *
 * @example
 * ```ts
 * import type { Checkpoint, WasmModule } from 'heddle';
 * import type { CheckpointSource, PublishedAssignment } from 'heddle/arweave';
 *
 * const source = async (module: WasmModule, checkpoint: Checkpoint, last: PublishedAssignment): Promise<CheckpointSource> => {
 *   const { process, slot, timestampMs, blockHeight, id, hashChain } = last;
 *   const memory = await module.memoryOf(checkpoint);
 *   return { process, module: module.id, slot, memory, timestampMs, blockHeight, chainEnd: { id, hashChain } };
 * };
 * ```
 */
export interface CheckpointSource {
  readonly process: Id;
  readonly module: Id;
  /** The slot of the last message that is in the state. */
  readonly slot: number;
  /** All of the process's memory, as `module.memoryOf` gives it. */
  readonly memory: Uint8Array | ArrayBuffer;
  /** Of the assignment of that slot. */
  readonly timestampMs: number;
  readonly blockHeight: number;
  readonly epoch?: number;
  /** The id and the hash chain of that assignment, from which the schedule is followed on. */
  readonly chainEnd?: ChainEnd;
  /** What evaluated it, in words of its own: `heddle` by default. */
  readonly unit?: string;
}

/**
 * The item that publishes the state of a process, to be signed: AO's units that trust the signer go on from there instead of
 * evaluating all messages again. Its data is the memory, compressed with gzip; its tags are those of AO's compute unit, in
 * their order (`servers/cu/src/effects/ao-process.js`).
 *
 * Rejects with `id-invalid` and `option-invalid`.
 *
 * @example
 * ```ts
 * import { type CheckpointSource, checkpointContent, itemUploader, type Signer, signItem } from 'heddle/arweave';
 *
 * const publish = async (state: CheckpointSource, signer: Signer) => {
 *   const item = await signItem(await checkpointContent(state), signer);
 *   await itemUploader({ url: 'https://up.arweave.net' }).upload(item);
 *   return item.id;
 * };
 * ```
 */
export async function checkpointContent(state: CheckpointSource): Promise<ItemContent> {
  const { process, module, slot, timestampMs, blockHeight, epoch = 0, chainEnd, unit = 'heddle' } = state;
  for (const id of [process, module, ...(chainEnd ? [chainEnd.id, chainEnd.hashChain] : [])]) idToBytes(id);
  for (const [name, value] of Object.entries({ slot, timestampMs, blockHeight, epoch })) checkWhole(name, value);
  const memory = givenBytes(state.memory);
  if (!memory) throw new HeddleError('option-invalid', 'the memory holds no bytes', { option: 'memory' });
  const tags: Tag[] = Object.entries({
    'Data-Protocol': 'ao',
    Variant: 'ao.TN.1',
    Type: 'Checkpoint',
    Module: module,
    Process: process,
    Nonce: String(slot),
    Timestamp: String(timestampMs),
    'Block-Height': String(blockHeight),
    'Content-Type': 'application/octet-stream',
    'SHA-256': toHex(idToBytes(hashBytes(memory))),
    'Content-Encoding': 'gzip',
    'Unit-Identifier': unit,
    // Where crons come between two slots, AO tells them apart by more than this.
    Ordinate: String(slot),
    ...(chainEnd && { Assignment: chainEnd.id, 'Hash-Chain': chainEnd.hashChain }),
    // Zero is never written.
    ...(epoch > 0 && { Epoch: String(epoch) }),
  }).map(([name, value]) => ({ name, value }));
  return { tags, data: await gzip(memory) };
}
