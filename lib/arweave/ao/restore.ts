import type { Module } from '../../compute/executor.ts';
import { allowanceOf } from '../../compute/wasm/allowance.ts';
import type { WasmModule } from '../../compute/wasm/index.ts';
import type { Assignment } from '../../core/assignment.ts';
import { HeddleError } from '../../core/error.ts';
import { type Address, type Id, idToBytes } from '../../core/id.ts';
import { tagValue } from '../../core/tags.ts';
import { nextHashChain } from '../../schedule/hash-chain.ts';
import type { AdoptedState } from '../../system/adoptions.ts';
import type { ProcessHandle } from '../../system/process-handle.ts';
import type { System } from '../../system/system.ts';
import type { PublishedAssignment } from './assignment.ts';
import { defaultCheckpointLimits } from './checkpoint-limits.ts';
import { type FindCheckpointOptions, findCheckpoint, type PublishedCheckpoint } from './find-checkpoint.ts';
import { type ModuleFromArweaveOptions, moduleFromArweave } from './module.ts';
import type { PublishedProcess } from './process.ts';
import { receivedMessage } from './received-message.ts';
import { assignmentsAt, type PublishedSchedule, readSchedule, type ScheduleOptions } from './schedule.ts';
import { gap } from './schedule-errors.ts';

/** From what a process is restored, and how far. */
export interface RestoreOptions extends Omit<ScheduleOptions, 'after'> {
  /** Code that is not on Arweave: behaviors, machines. Any other module is read there, unless the system has it. */
  readonly modules?: readonly Module[];
  /** How a module that is read there is run. */
  readonly wasm?: Omit<ModuleFromArweaveOptions, keyof ScheduleOptions>;
  /**
   * Whose checkpoints are believed: with one, only the messages after it are evaluated. Nobody's by default, and all
   * messages are.
   */
  readonly trusted?: readonly Address[];
  /** Is told of each checkpoint that was passed over, and why. */
  readonly onSkipped?: FindCheckpointOptions['onSkipped'];
  /** Is told of the newest slot that is evaluated, now and then. */
  readonly onProgress?: (slot: number) => void;
  /** Has the system give the process its slots from now on, as `process.takeOver` does: after all of them, not with `upTo`. */
  readonly takeOver?: boolean;
}

/**
 * Rebuilds a process in a system from what is on Arweave alone: its item, its module, the newest checkpoint that is trusted, and
 * the messages after it in the order that its scheduler gave them. Signatures and hash chain are verified, whoever runs the
 * gateway. What the process sends meanwhile is kept back, since it was sent then. A process that was restored before goes on
 * with what has come since.
 *
 * Until it is taken over, it gets no other mail; its state can be read, and dry runs evaluated. Processes of AO's own
 * network are read too, but for those with a `Cron-Interval`, whose messages are on no schedule.
 *
 * Rejects as `readSchedule` does, with what is good of the schedule evaluated: the process is in the system then, unless no
 * slot is listed. Also as
 * `moduleFromArweave` and `findCheckpoint` do, with `cron-unsupported`, with `item-unassigned` for an old process of which no
 * checkpoint is trusted, `process-duplicate` if it began in this system or is just being restored,
 * `process-failed`, and with `process-elsewhere` if it cannot be taken over.
 *
 * @example
 * ```ts
 * import { createSystem } from 'heddle';
 * import { gateway, restore } from 'heddle/arweave';
 *
 * const system = createSystem();
 * const arweave = gateway({ urls: ['https://arweave.net'] });
 * const process = await restore(system, 'p'.repeat(43), { gateway: arweave, onProgress: console.log });
 * const { output } = await process.dryRun({ tags: { Action: 'Info' } });
 * console.log(output, (await process.state()).digest);
 * ```
 */
export async function restore(system: System, id: Id, options: RestoreOptions): Promise<ProcessHandle> {
  idToBytes(id);
  if (options.takeOver && options.upTo !== undefined) {
    const what = 'whoever takes over a process needs all of its slots, not those up to one';
    throw new HeddleError('option-invalid', what, { option: 'upTo' });
  }
  await open(system, options);
  const process = knownIn(system, id) ?? (await begin(system, id, options));
  if (!process.status.followed) {
    throw new HeddleError('process-duplicate', `${id} gets its slots in this system`, { process: id });
  }
  const { slots } = process.status;
  const after = process.end && { after: { slot: slots - 1, chainEnd: process.end } };
  await followAll(process, await readSchedule(id, { ...options, ...after }), options);
  if (options.takeOver) await process.takeOver();
  return process;
}

function knownIn(system: System, id: Id): ProcessHandle | undefined {
  try {
    return system.process(id);
  } catch (error) {
    if (error instanceof HeddleError && error.code === 'process-unknown') return undefined;
    throw error;
  }
}

/** Opens a system, with the modules of the processes that it had in another life. */
async function open(system: System, options: RestoreOptions): Promise<void> {
  const defined = new Set<unknown>();
  for (;;) {
    try {
      return await system.open();
    } catch (error) {
      const id = error instanceof HeddleError && error.code === 'module-unknown' ? error.facts.module : undefined;
      if (typeof id !== 'string' || defined.has(id)) throw error;
      knownModule(system, await moduleOf(system, id, options));
      defined.add(id);
    }
  }
}

/** Code that the system has, that is given, or that is on Arweave. */
const moduleOf = async (system: System, id: Id, options: RestoreOptions): Promise<Module> =>
  system.modules.get(id) ??
  options.modules?.find((module) => module.id === id) ??
  moduleFromArweave(id, { ...options.wasm, ...readingOf(options) });

/** A module as the system knows it from now on: while it was read, others may have read it too. */
function knownModule(system: System, module: Module): Module {
  const there = system.modules.get(module.id);
  if (!there) system.define(module);
  return there ?? module;
}

/** Takes in the process with the state that it goes on from, and none of its slots. */
async function begin(system: System, id: Id, options: RestoreOptions): Promise<ProcessHandle> {
  const { process: published } = await readSchedule(id, options);
  const interval = tagValue(published.tags, 'Cron-Interval');
  if (interval !== undefined) {
    const what = `${id} has messages by the clock, every ${interval.slice(0, 60)}`;
    throw new HeddleError('cron-unsupported', what, { process: id });
  }
  const module = await moduleOf(system, published.module, options);
  const from = isWasm(module) ? await trustedState(published, module, options) : undefined;
  // What is in the system stays there: it could not go on from a checkpoint any more.
  if (!from) await checkFirst(id, options);
  return system.adopt({
    item: receivedMessage(published, id),
    module: knownModule(system, module),
    ...(from && { from }),
  });
}

/** The newest state that is trusted. One that is no state of the module, or not after the slot that it says, is passed over. */
async function trustedState(
  process: PublishedProcess,
  module: WasmModule,
  options: RestoreOptions,
): Promise<AdoptedState | undefined> {
  const { trusted = [], onSkipped } = options;
  // With a larger memory, it could not be brought up any more.
  const { memoryBytes } = allowanceOf({ process, module, limits: defaultCheckpointLimits });
  const limits = { memoryBytes };
  const looking = { ...readingOf(options), trusted, module: module.id, limits, ...(onSkipped && { onSkipped }) };
  for (let { upTo } = options; ; ) {
    const found = await findCheckpoint(process.id, { ...looking, ...(upTo !== undefined && { upTo }) });
    if (!found) return undefined;
    const { slot, memory } = found;
    try {
      return { checkpoint: await module.checkpointOf(memory, slot), end: await endOf(found, options) };
    } catch (error) {
      if (!(error instanceof HeddleError && passing.has(error.code))) throw error;
      // Whoever takes over may give no slot that somebody else has given and the gateway does not list.
      if (error.code === 'schedule-gap' && options.takeOver) throw error;
      onSkipped?.({ id: found.id, slot, error });
      if (slot === 0) return undefined;
      upTo = slot - 1;
    }
  }
}

/**
 * The assignment that a checkpoint comes after, in its scheduler's words. Where that is not listed, the next one has to go on from
 * what the checkpoint says. Rejects with `checkpoint-invalid` if it names another one, with `schedule-gap` if neither is listed.
 */
async function endOf(checkpoint: PublishedCheckpoint, options: RestoreOptions): Promise<AdoptedState['end']> {
  const { id, process, slot, timestampMs, blockHeight, after } = checkpoint;
  const { chainEnd } = after;
  if (!chainEnd) return assignmentAt(checkpoint, options);
  const there = await assignmentsAt(process, slot, options);
  const named = there.find((one) => one.id === chainEnd.id && one.hashChain === chainEnd.hashChain);
  if (named) return named;
  const [other] = there;
  if (other) {
    const what = `The checkpoint ${id} goes on from ${chainEnd.id}, and the assignment of slot ${slot} is ${other.id}`;
    throw new HeddleError('checkpoint-invalid', what, { id, slot });
  }
  const next = nextHashChain(process, chainEnd);
  const followers = await assignmentsAt(process, slot + 1, options);
  if (followers.some(({ hashChain }) => hashChain === next)) return { ...chainEnd, timestampMs, blockHeight };
  throw unlisted(checkpoint);
}

/** The assignment of a checkpoint's slot, of which it need not tell. */
async function assignmentAt(checkpoint: PublishedCheckpoint, options: RestoreOptions): Promise<PublishedAssignment> {
  const { process, slot } = checkpoint;
  const after = slot > 0 && { after: { slot: slot - 1 } };
  for await (const { assignment } of await readSchedule(process, { ...options, ...after, upTo: slot }))
    return assignment;
  throw unlisted(checkpoint);
}

const unlisted = ({ id, process, slot }: PublishedCheckpoint) =>
  gap(process, slot, `is not listed, and ${id} is a checkpoint of it`);

/** Takes in what the schedule has, a piece at a time. What is good before an error is taken in too. */
async function followAll(process: ProcessHandle, schedule: PublishedSchedule, options: RestoreOptions): Promise<void> {
  let piece: Assignment[] = [];
  let bytes = 0;
  const evaluate = async () => {
    const taken = piece;
    piece = [];
    bytes = 0;
    await process.follow(taken);
    const last = taken.at(-1)?.slot;
    if (last === undefined) return;
    await process.outcome(last);
    options.onProgress?.(last);
  };
  try {
    for await (const { assignment, message } of schedule) {
      piece.push({ ...assignment, message: receivedMessage(message, process.id) });
      bytes += message.data.length;
      if (piece.length >= pieceSlots || bytes >= pieceBytes) await evaluate();
    }
  } catch (error) {
    await evaluate();
    throw error;
  }
  await evaluate();
}

/**
 * Refuses a schedule that does not have the process's own item, which was evaluated first all the same, and one of which
 * nothing is listed: whoever took such a process over would give its slots a second time.
 */
async function checkFirst(process: Id, options: RestoreOptions): Promise<void> {
  for await (const { message } of await readSchedule(process, { ...options, upTo: 0 })) {
    if (message.id === process) return;
    const what = `the own item of ${process} has no slot, so it is not known when it was evaluated`;
    throw new HeddleError('item-unassigned', what, { process });
  }
  throw gap(process, 0, 'is not listed');
}

const readingOf = ({ gateway, store, signal }: RestoreOptions) => ({
  gateway,
  ...(store && { store }),
  ...(signal && { signal }),
});

const isWasm = (module: Module): module is WasmModule => 'checkpointOf' in module;

/** For these, a checkpoint is passed over. */
const passing: ReadonlySet<string> = new Set(['checkpoint-invalid', 'schedule-gap']);

/** So much of a schedule is in memory. */
const pieceSlots = 256;
const pieceBytes = 16_777_216;
