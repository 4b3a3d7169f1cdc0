import type { WasmModule, WasmOptions } from '../../compute/wasm/index.ts';
import { HeddleError } from '../../core/error.ts';
import type { Id } from '../../core/id.ts';
import { type Tags, type TagsInput, tagValue, toTags } from '../../core/tags.ts';
import type { DataItem } from '../item.ts';
import { signItem } from '../item-signing.ts';
import type { Signer } from '../signer.ts';
import { checkModuleTags, type ModuleLimits, moduleLimitsOf } from './module-tags.ts';
import { type AoReadOptions, fetchPublished } from './published.ts';

/** Where a module is read, and what it is to its processes besides its item. */
export interface ModuleFromArweaveOptions extends AoReadOptions, Omit<WasmOptions, 'id' | 'owner' | 'tags'> {
  readonly limits?: Partial<ModuleLimits>;
}

/**
 * A module that was published on Arweave, as an item or a transaction: what AO's processes name in their tag `Module`. It has
 * the id, the owner and the tags of what was published, and its bytes are those that the owner signed, whoever runs the
 * gateway. With `store` it is fetched once.
 *
 * Takes what AO's compute unit takes, by its tags `Data-Protocol`, `Type`, `Module-Format`, `Input-Encoding`,
 * `Output-Encoding`, `Extension`, `Memory-Limit` and `Compute-Limit`. Rejects with `module-tags-invalid`,
 * `module-format-unsupported` and `module-over-limit`, and as the gateway does, whose limit `dataBytes` bounds its bytes. What
 * is wrong with the bytes themselves, `load()` says, as `wasm` of `heddle` does.
 *
 * @example
 * ```ts
 * import { createSystem } from 'heddle';
 * import { gateway, moduleFromArweave } from 'heddle/arweave';
 *
 * const run = async () => {
 *   const arweave = gateway({ urls: ['https://arweave.net'] });
 *   const aos = await moduleFromArweave('ISShJH1ij-hPPt9St5UFFr_8Ys3Kj5cyg7zrMGt7H9s', { gateway: arweave });
 *   await using system = createSystem();
 *   const process = await system.spawn(aos);
 *   await process.send({ tags: { Action: 'Eval' }, data: '1 + 1' });
 *   await system.settle();
 * };
 * ```
 */
export async function moduleFromArweave(id: Id, options: ModuleFromArweaveOptions): Promise<WasmModule> {
  const { gateway, store, signal, limits, ...rest } = options;
  const allowed = moduleLimitsOf(limits);
  const { owner, tags, data } = await fetchPublished(id, options, { likely: 'transaction' });
  checkModuleTags(tags, id, allowed);
  const { wasm } = await executorOfWasm();
  return wasm(data, { ...rest, id, owner, tags });
}

/** How a module is published, and what it is to its processes here. */
export interface SignModuleOptions extends Omit<WasmOptions, 'id' | 'owner' | 'tags'> {
  /** Besides those that AO's publishing tool writes, or in place of those of the same name. */
  readonly tags?: TagsInput;
}

/**
 * The item that publishes a module, and the module under the id of that item: processes that are spawned from it here name a
 * module that others can fetch, once the item is uploaded. An Ed25519 signer gives the same item each time; of others, whose
 * signatures are drawn at random, keep the item.
 *
 * The tags are those that AO's publishing tool writes (`dev-cli/src/commands/publish.js`), and yours.
 *
 * Rejects as `wasm` of `heddle` and its `load()` do, with `module-tags-invalid` and `module-format-unsupported` for tags with which
 * AO's compute unit would not take it, and as `signItem` does.
 *
 * @example
 * ```ts
 * import { wasm } from 'heddle';
 * import { itemUploader, type Signer, signModule } from 'heddle/arweave';
 *
 * const publish = async (binary: Uint8Array, signer: Signer) => {
 *   const { item, module } = await signModule(binary, signer, { tags: { 'Memory-Limit': '512-mb', Name: 'counter' } });
 *   await itemUploader({ url: 'https://up.arweave.net' }).upload(item);
 *   return module; // module.id is item.id
 * };
 * ```
 */
export async function signModule(
  bytes: Uint8Array | ArrayBuffer,
  signer: Signer,
  { tags: given, ...options }: SignModuleOptions = {},
): Promise<{ readonly item: DataItem; readonly module: WasmModule }> {
  const own = toTags(given);
  const { wasm } = await executorOfWasm();
  const plain = wasm(bytes);
  const tags = [...plain.tags.filter(({ name }) => tagValue(own, name) === undefined), ...own];
  await checkRuns(bytes, tags);
  checkModuleTags(tags, plain.id);
  const data = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  const item = await signItem({ data, tags }, signer);
  const { id, address: owner } = item;
  return { item, module: wasm(item.data, { ...options, id, owner, tags: item.tags }) };
}

/** Refuses what could run nowhere. */
async function checkRuns(bytes: Uint8Array | ArrayBuffer, tags: Tags): Promise<void> {
  try {
    const { wasm } = await executorOfWasm();
    // As published, it is loaded soonest.
    await wasm(bytes, { prepare: 'off', tags }).load();
  } catch (error) {
    // Elsewhere there may be what it lacks here.
    if (!(error instanceof HeddleError && /^(memory64|metering)-unavailable$/.test(error.code))) throw error;
  }
}

/** Who only signs or reads does not pay for it. */
const executorOfWasm = () => import('../../compute/wasm/index.ts');
