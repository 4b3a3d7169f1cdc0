import type { WasmModule } from '../../compute/wasm/index.ts';
import { HeddleError } from '../../core/error.ts';
import { tagValue } from '../../core/tags.ts';
import type { ProcessHandle } from '../../system/process-handle.ts';
import type { DataItem } from '../item.ts';
import { signItem } from '../item-signing.ts';
import type { Signer } from '../signer.ts';
import { checkpointContent } from './checkpoint-content.ts';

/**
 * The item that publishes the state of a process of `module` after all assigned mail: whoever trusts the signer can restore the
 * process from there, here and on AO, without evaluating what came before. It holds all of the process's memory,
 * compressed.
 *
 * Rejects with `option-invalid` for another module than the process has, as `process.checkpoint` and `module.memoryOf` do, and as
 * the signer does.
 *
 * @example
 * ```ts
 * import type { ProcessHandle, WasmModule } from 'heddle';
 * import { type Publisher, type Signer, signCheckpoint } from 'heddle/arweave';
 *
 * const publishState = async (process: ProcessHandle, aos: WasmModule, signer: Signer, publisher: Publisher) => {
 *   const item = await signCheckpoint(process, aos, signer);
 *   await publisher.add(item);
 * };
 * ```
 */
export async function signCheckpoint(process: ProcessHandle, module: WasmModule, signer: Signer): Promise<DataItem> {
  const named = tagValue(process.tags, 'Module');
  if (named !== module.id) {
    throw new HeddleError('option-invalid', `${process.id} is of the module ${named}, not ${module.id}`, {
      option: 'module',
    });
  }
  const { checkpoint, end } = await process.checkpoint();
  const { slot, timestampMs, blockHeight, epoch } = end;
  const memory = await module.memoryOf(checkpoint);
  const state = {
    process: process.id,
    module: module.id,
    slot,
    memory,
    timestampMs,
    blockHeight,
    epoch,
    chainEnd: end,
  };
  return signItem(await checkpointContent(state), signer);
}
