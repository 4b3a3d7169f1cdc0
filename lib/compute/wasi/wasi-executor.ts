import { callWithin } from '#watchdog';
import type { Assignment } from '../../core/assignment.ts';
import type { Awaitable } from '../../core/awaitable.ts';
import { HeddleError, reasonOf } from '../../core/error.ts';
import { hashBytes, type Id } from '../../core/id.ts';
import { faultOutcome, type Outcome } from '../../core/outcome.ts';
import type { Checkpoint, DryRun, Environment, Executor, StateReport } from '../executor.ts';
import { type Allowance, allowanceOf } from '../wasm/allowance.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { type FileTree, noFiles, treeBytes } from './file-tree.ts';
import { Host } from './host.ts';
import { Ended, type Image, type Instance } from './instance.ts';
import type { Instances } from './instances.ts';
import { library } from './library.ts';
import { Exit } from './process-functions.ts';
import { startExport } from './rewrite.ts';
import { encodeState, type State } from './state.ts';
import { messageText, readOutput, turnInput } from './turn-json.ts';

/**
 * Runs one process of a WASI module. Its state is its files, and if it is a reactor, what is in its instance. A turn that
 * fails leaves the files as they were, since it had copies, and the instance is put back.
 */
export class WasiExecutor implements Executor {
  readonly runsAhead = true;
  readonly #module: Id;
  readonly #environment: Environment;
  readonly #instances: Instances;
  readonly #allowance: Allowance;
  #slot: number;
  #files: FileTree = noFiles;
  /** A reactor's own; absent until it has taken a turn. */
  #instance: Instance | undefined;
  #closed = false;

  constructor(module: Id, instances: Instances, environment: Environment, from?: Checkpoint) {
    this.#module = module;
    this.#environment = environment;
    this.#instances = instances;
    this.#allowance = allowanceOf(environment);
    this.#slot = from?.slot ?? -1;
    const { memoryBytes: limit } = this.#allowance;
    const state = from && readCheckpoint(module, instances.program, from);
    const bytes = Math.max(instances.program.initialBytes, state?.image?.memory.length ?? 0);
    if (bytes > limit) {
      const what = `The process has a memory of ${bytes} bytes and may have ${limit}`;
      throw new HeddleError('guest-over-memory', what, { bytes, limit });
    }
    if (state) this.#files = state.files;
    if (state?.image) this.#instance = instances.take(state.image);
  }

  get slot(): number {
    return this.#slot;
  }

  get residentBytes(): number {
    return treeBytes(this.#files) + (this.#instance?.memoryBytes ?? 0);
  }

  evaluate(assignment: Assignment): Awaitable<Outcome> {
    return whenReady(() => {
      const outcome = this.#turn(assignment, assignment.slot, true);
      this.#slot = assignment.slot;
      return outcome;
    });
  }

  dryRun(message: DryRun): Awaitable<Outcome> {
    return whenReady(() => this.#turn(message, this.#slot + 1, false));
  }

  checkpoint(): Checkpoint {
    return writeCheckpoint(this.#module, this.#instances.program, this.#slot, this.#state());
  }

  state(): StateReport {
    const state = this.#state();
    const bytes = encodeState(state, this.#instances.program);
    return { memoryBytes: this.residentBytes, liveBytes: bytes.length, digest: hashBytes(bytes) };
  }

  close(): void {
    if (this.#instance) this.#instances.give(this.#instance);
    this.#instance = undefined;
    this.#closed = true;
  }

  #state(): State {
    if (this.#closed) throw new HeddleError('lifecycle-invalid', 'The executor is closed or has crashed');
    return { files: this.#files, image: this.#instance?.image() };
  }

  #turn(given: Assignment | DryRun, slot: number, keep: boolean): Outcome {
    if (this.#closed) throw new HeddleError('lifecycle-invalid', 'The executor is closed or has crashed');
    const { program } = this.#instances;
    const instance = this.#instance ?? this.#instances.take();
    const before = this.#instance && secured(instance);
    // Whatever is thrown past here leaves an instance that nothing is known of.
    this.#instance = undefined;
    const host = this.#host(given, slot, instance);
    const entries = program.style === 'command' ? commandEntries : before ? warmEntries : coldEntries;
    let outcome: Outcome;
    let gasUsed = 0;
    try {
      gasUsed = this.#within(() => run(instance, host, entries, this.#gas));
      outcome = { ...readOutput(host.output, this.#environment.limits.resultEntries), gasUsed: BigInt(gasUsed) };
      if (keep && outcome.error === undefined) this.#files = host.tree;
    } catch (thrown) {
      const reason = thrown instanceof Ended ? thrown.thrown : thrown;
      if (thrown instanceof Ended) gasUsed = endsAlike(reason) ? thrown.gasUsed : 0;
      const { code, message } = faultOf(reason, host, program.style);
      outcome = { ...faultOutcome(code, message), gasUsed: BigInt(gasUsed) };
    } finally {
      if (!library.wasLeftInside()) host.free();
    }
    if (program.style === 'command') this.#instances.give(instance);
    else if (keep && outcome.error === undefined) this.#instance = instance;
    else this.#takeBack(instance, before);
    return outcome;
  }

  /** A reactor as it was before a turn; none if that was its first. */
  #takeBack(used: Instance, before: Image | undefined): void {
    if (before && used.put(before)) {
      this.#instance = used;
      return;
    }
    this.#instances.give(used);
    if (before) this.#instance = this.#instances.take(before);
  }

  #host(given: Assignment | DryRun, slot: number, instance: Instance): Host {
    const { process, limits } = this.#environment;
    const gas = instance.metered ? this.#gas : Number.POSITIVE_INFINITY;
    return new Host(
      {
        input: turnInput(messageText(given), this.#environment),
        timestampMs: given.timestampMs,
        seed: `${process.id} ${slot}`,
        files: this.#files,
        limits,
        gas,
      },
      instance.memory,
    );
  }

  get #gas(): number {
    return Math.min(this.#allowance.gas, this.#environment.limits.turnGas);
  }

  /** Gas ends a loop at the same instruction everywhere, so a module that counts it needs no clock. */
  #within<T>(work: () => T): T {
    return callWithin(this.#instances.metered ? Number.POSITIVE_INFINITY : this.#environment.limits.turnMs, work);
  }
}

const commandEntries = [startExport, '_start'] as const;
const coldEntries = [startExport, '_initialize', 'handle'] as const;
const warmEntries = ['handle'] as const;

/** Turns run to completion, so this thread has one copy at a time, and all processes use the same room for it. */
let room = new Uint8Array(0);
const largestRoom = 67_108_864;

function secured(instance: Instance): Image {
  if (instance.memoryBytes > largestRoom) return instance.image();
  if (room.length < instance.memoryBytes) room = new Uint8Array(instance.memoryBytes);
  return instance.image(room);
}

/** Runs a guest to its end, of which a command may tell by exiting with 0. */
function run(
  instance: Instance,
  host: Host,
  entries: typeof commandEntries | typeof coldEntries | typeof warmEntries,
  gas: number,
): number {
  try {
    return instance.run(host, entries, gas);
  } catch (thrown) {
    const isCommand: boolean = entries === commandEntries;
    if (isCommand && thrown instanceof Ended && thrown.thrown instanceof Exit && thrown.thrown.status === 0) {
      return thrown.gasUsed;
    }
    throw thrown;
  }
}

function whenReady<T>(work: () => T): Awaitable<T> {
  const { pending } = library;
  return pending ? pending.then(() => whenReady(work)) : work();
}

/** What a fault in a guest is called. Rethrows what is none: then the executor has crashed. */
function faultOf(thrown: unknown, host: Host, style: 'command' | 'reactor'): HeddleError {
  if (thrown instanceof Exit) return exitFault(thrown, host, style);
  if (thrown instanceof HeddleError) {
    if (guestFaults.has(thrown.code)) return thrown;
    throw thrown;
  }
  const what = isOverflow(thrown) ? 'its stack overflowed' : reasonOf(thrown);
  return new HeddleError('guest-trap', `The module trapped: ${what}${said(host)}`, {}, { cause: thrown });
}

function exitFault({ status }: Exit, host: Host, style: 'command' | 'reactor'): HeddleError {
  if (style === 'command')
    return new HeddleError('wasi-exit', `The program exited with ${status}${said(host)}`, { status });
  return new HeddleError('guest-exit', `The module exited with ${status}${said(host)}`, { status });
}

const said = ({ complaint }: Host): string => (complaint === '' ? '' : `; it said: ${complaint}`);

/** Also if it was in the middle of what the host does for the guest. */
const isOverflow = (thrown: unknown): boolean =>
  (thrown instanceof RangeError && /call stack/i.test(thrown.message)) ||
  (thrown instanceof HeddleError && isOverflow(thrown.cause));

/** Whether a turn ends in this way after the same instructions wherever it runs: neither clock nor engine ended it. */
const endsAlike = (thrown: unknown): boolean =>
  !isOverflow(thrown) && !(thrown instanceof HeddleError && thrown.code === 'guest-over-time');

const guestFaults: ReadonlySet<string> = new Set([
  'guest-trap',
  'guest-exit',
  'guest-over-gas',
  'guest-over-memory',
  'guest-over-time',
  'result-malformed',
  'wasi-exit',
]);
