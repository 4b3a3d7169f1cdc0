import { HeddleError } from '../../core/error.ts';
import { excerpt } from '../../core/excerpt.ts';
import { type Address, type Id, idToBytes } from '../../core/id.ts';
import { tagValue } from '../../core/tags.ts';
import { checkWhole } from '../../system/options.ts';
import { checkGateway } from '../network/gateway.ts';
import { isOfType, TagProblem, TagReader } from './ao-tags.ts';
import { type CheckpointLimits, checkpointLimitsOf } from './checkpoint-limits.ts';
import { memoryOf } from './memory.ts';
import { type AoReadOptions, fetchPublished, isSignedBy, type Published } from './published.ts';
import type { SchedulePosition } from './schedule.ts';

/** Which checkpoints count, and where they are looked for. */
export interface FindCheckpointOptions extends AoReadOptions {
  /** Who is believed: what a checkpoint says of a state can only be proven by evaluating all messages. */
  readonly trusted: readonly Address[];
  /** The module that it has to be of; any by default. */
  readonly module?: Id;
  /** The latest slot that it may be of. */
  readonly upTo?: number;
  /** Is told of each that was passed over, and why. */
  readonly onSkipped?: (skipped: SkippedCheckpoint) => void;
  readonly limits?: Partial<CheckpointLimits>;
}

/**
 * A checkpoint that was passed over.
 *
 * @example
 * ```ts
 * import type { SkippedCheckpoint } from 'heddle/arweave';
 *
 * const warn = ({ id, slot, error }: SkippedCheckpoint) => console.warn(`${id} of slot ${slot}: ${error.message}`);
 * ```
 */
export interface SkippedCheckpoint {
  readonly id: Id;
  readonly slot: number;
  /** `checkpoint-invalid` if it is no good one, `schedule-gap` if its slot is not listed, or why the gateway did not give it. */
  readonly error: HeddleError;
}

/**
 * The state of a process after a slot, as somebody who is trusted has published it.
 *
 * @example
 * ```ts
 * import type { WasmModule } from 'heddle';
 * import type { PublishedCheckpoint } from 'heddle/arweave';
 *
 * // To be given to module.start(…).
 * const start = (module: WasmModule, { memory, slot }: PublishedCheckpoint) => module.checkpointOf(memory, slot);
 * ```
 */
export interface PublishedCheckpoint {
  readonly id: Id;
  /** Who signed it. */
  readonly owner: Address;
  readonly process: Id;
  readonly module: Id;
  /** The slot of the last message that is in the state. */
  readonly slot: number;
  /** All of the process's memory, for `module.checkpointOf`. */
  readonly memory: Uint8Array<ArrayBuffer>;
  /** Of the last message that is in the state. */
  readonly timestampMs: number;
  readonly blockHeight: number;
  readonly epoch: number;
  /** If the last one was made by a cron, its interval, such as `10-minutes`; else null. It came after the message of the slot. */
  readonly cronInterval: string | null;
  /** Where reading the schedule goes on. */
  readonly after: SchedulePosition;
}

/**
 * The newest good checkpoint of a process among those that trusted owners have published, by its slot; undefined if there is
 * none. Who is trusted is believed: a checkpoint is proven to be as its owner signed it, and its memory to be the one that it
 * names, but not that the messages lead there. One that is damaged or cannot be read is passed over for an older one, and
 * `onSkipped` is told. With nobody trusted, nothing is asked for.
 *
 * Rejects with `id-invalid`, `option-invalid` and as the gateway does, with `gateway-unreachable` also if it is all that kept a
 * checkpoint from being read.
 *
 * @example
 * ```ts
 * import { type Environment, wasm } from 'heddle';
 * import { findCheckpoint, type Gateway, readSchedule } from 'heddle/arweave';
 *
 * const goOn = async (process: string, binary: Uint8Array, environment: Environment, gateway: Gateway, unit: string) => {
 *   const module = wasm(binary);
 *   const found = await findCheckpoint(process, { gateway, trusted: [unit] });
 *   const state = found && (await module.checkpointOf(found.memory, found.slot));
 *   const executor = await module.start(environment, state);
 *   const schedule = await readSchedule(process, { gateway, ...(found && { after: found.after }) });
 *   for await (const { assignment, message } of schedule) {
 *     // executor.evaluate(…) takes the messages after it.
 *     console.log(executor.slot, assignment.slot, message.id);
 *   }
 * };
 * ```
 */
export async function findCheckpoint(
  process: Id,
  options: FindCheckpointOptions,
): Promise<PublishedCheckpoint | undefined> {
  idToBytes(process);
  const { trusted, upTo = Number.MAX_SAFE_INTEGER, onSkipped } = options;
  checkWhole('upTo', upTo);
  checkGateway(options.gateway);
  if (!Array.isArray(trusted)) {
    throw new HeddleError('option-invalid', 'trusted is no list of addresses', { option: 'trusted' });
  }
  const limits = checkpointLimitsOf(options.limits);
  if (trusted.length === 0) return undefined;
  let unreachable: HeddleError | undefined;
  for (const { id, slot } of (await listed(process, options, upTo, limits)).slice(0, limits.tries)) {
    try {
      const published = await fetchPublished(id, options, { likely: 'item' });
      return await readCheckpoint(published, process, slot, options, limits);
    } catch (thrown) {
      const error = thrown instanceof TagProblem ? invalid(id, thrown.message) : thrown;
      if (!(error instanceof HeddleError) || error.code === 'request-aborted') throw error;
      if (error.code === 'gateway-unreachable') unreachable = error;
      onSkipped?.({ id, slot, error });
    }
  }
  if (unreachable) throw unreachable;
  return undefined;
}

interface Listed {
  readonly id: Id;
  readonly slot: number;
  readonly timestampMs: number;
}

/** What gateways list, the latest slot first. */
async function listed(
  process: Id,
  { gateway, trusted, signal }: FindCheckpointOptions,
  upTo: number,
  limits: CheckpointLimits,
): Promise<readonly Listed[]> {
  const found = new Map<Id, Listed>();
  let left = limits.listed;
  const tags = { Process: process, Type: 'Checkpoint', 'Data-Protocol': 'ao' };
  for await (const one of gateway.transactions({ owners: trusted, tags, ...(signal && { signal }) })) {
    if (left-- === 0) break;
    const [slot, timestampMs] = ['Nonce', 'Timestamp'].map((name) => wholeOrNaN(tagValue(one.tags, name)));
    if (slot !== undefined && slot <= upTo) found.set(one.id, { id: one.id, slot, timestampMs: timestampMs || 0 });
  }
  return [...found.values()].sort((a, b) => b.slot - a.slot || b.timestampMs - a.timestampMs);
}

const wholeOrNaN = (text = ''): number => (/^\d{1,15}$/.test(text) ? Number(text) : Number.NaN);

async function readCheckpoint(
  published: Published,
  process: Id,
  slot: number,
  { trusted, module }: FindCheckpointOptions,
  { memoryBytes }: CheckpointLimits,
): Promise<PublishedCheckpoint> {
  const { id, owner, tags, data } = published;
  if (!trusted.some((address) => isSignedBy(published, address))) throw new TagProblem(`is signed by ${owner}`);
  if (!isOfType(tags, 'Checkpoint')) throw new TagProblem('is not tagged as a checkpoint of AO');
  const read = new TagReader(tags);
  if (read.id('Process') !== process) throw new TagProblem(`is of the process ${read.id('Process')}`);
  if (module !== undefined && read.id('Module') !== module) {
    throw new TagProblem(`is of the module ${read.id('Module')}`);
  }
  if (read.whole('Nonce') !== slot) throw new TagProblem(`is of slot ${read.whole('Nonce')}`);
  const encoding = read.text('Content-Encoding');
  if (encoding !== 'gzip') throw new TagProblem(`is compressed with "${excerpt(encoding, 60)}"`);
  const blockHeight = read.whole('Block-Height');
  const chainId = read.optional('Assignment', (name) => read.id(name));
  const hashChain = read.optional('Hash-Chain', (name) => read.id(name));
  const facts = {
    id,
    owner,
    process,
    module: read.id('Module'),
    slot,
    timestampMs: read.whole('Timestamp'),
    blockHeight,
    epoch: read.optional('Epoch', (name) => read.whole(name)) ?? 0,
    cronInterval: tagValue(tags, 'Cron-Interval') ?? null,
    after:
      chainId !== undefined && hashChain !== undefined
        ? { slot, chainEnd: { id: chainId, hashChain }, blockHeight }
        : // The height may be that of a cron, which came after the assignment that is to be found then.
          { slot },
  };
  return { ...facts, memory: await memoryOf(id, data, read.text('SHA-256'), memoryBytes) };
}

const invalid = (id: Id, what: string) => new HeddleError('checkpoint-invalid', `The checkpoint ${id} ${what}`, { id });
