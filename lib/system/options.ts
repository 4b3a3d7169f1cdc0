import type { Module } from '../compute/executor.ts';
import { type Clock, virtualClock } from '../core/clock.ts';
import { HeddleError } from '../core/error.ts';
import { checkNames, checkObject, checkText, told } from '../core/given.ts';
import type { Id } from '../core/id.ts';
import { defaultLimits, type Limits } from '../core/limits.ts';
import type { MessageSigner } from '../core/message-signer.ts';
import type { RandomStream } from '../core/random.ts';
import type { MailboxOptions } from '../process/mailbox.ts';
import { fifo } from '../schedule/fifo.ts';
import type { Scheduler, SchedulerPolicy } from '../schedule/scheduler.ts';
import { memoryStore } from '../store/memory.ts';
import type { Store } from '../store/store.ts';
import type { Retention } from './trimming.ts';

/** How a system is set up; everything has a default. */
export interface SystemOptions {
  /** Any text. Ids, addresses and random orders follow from it: the same seed and inputs give the same run. */
  readonly seed?: string;
  /**
   * Signs all that the system makes: messages, processes and assignments are items of ANS-104 from the beginning, with the
   * ids that they have on Arweave. Each signature is made when something needs it, in about a twentieth of a
   * millisecond. It takes a seed that no other run under this signer has, since the same seed and inputs make the same items
   * again. Nobody signs by default; then ids follow from seed and content, and nothing can be published.
   */
  readonly signer?: MessageSigner;
  /** Which process runs next: `fifo()` by default, `roundRobin()`, `random()` or your own. */
  readonly scheduler?: SchedulerPolicy;
  /** Where the log is kept: memory by default. A store that holds a run is continued. */
  readonly store?: Store;
  /** Where the time comes from: a virtual clock by default, which moves only when told to or when all wait for it. */
  readonly clock?: Clock;
  /**
   * Threads that Wasm processes are spread over; 0 evaluates in this thread. By default none on one or two cores, and
   * otherwise one for each core but one. What a run comes to is the same for any number.
   */
  readonly workers?: number;
  readonly limits?: Partial<Limits>;
  /** How much mail each process takes: what the limits say, and then `wait`, by default, at any rate. */
  readonly mailbox?: Partial<MailboxOptions>;
  /** How much history is kept; all by default. Less than that is trimmed as `System.trim` does. */
  readonly retention?: Retention;
  /** Modules that processes may spawn by id, besides those given to `spawn` and `define`. */
  readonly modules?: readonly Module[];
}

const systemOptions: readonly (keyof SystemOptions)[] = [
  ...(['seed', 'signer', 'scheduler', 'store', 'clock'] as const),
  ...(['workers', 'limits', 'mailbox', 'retention', 'modules'] as const),
];

/** Refuses options that a system does not have. */
export function checkOptions(given: SystemOptions): void {
  checkObject('options', given);
  checkNames(given, systemOptions);
}

/** The seed of a system: without a signer there is one for all that give none. */
export function seedOf({ seed, signer }: SystemOptions): string {
  if (seed !== undefined) checkText('seed', seed);
  if (seed !== undefined || !signer) return seed ?? 'heddle';
  const what = 'a system that signs has no seed, and others under its signer would make the same items';
  throw new HeddleError('option-invalid', what, { option: 'seed' });
}

/** The defaults with `given` over them. */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  checkObject('limits', given);
  const limits = { ...defaultLimits, ...given };
  for (const [name, value] of Object.entries(limits)) {
    const lowest = name === 'restarts' ? 0 : 1;
    const endless = (name === 'turnMs' || name === 'workerMs') && value === Number.POSITIVE_INFINITY;
    if (!endless && (!Number.isSafeInteger(value) || value < lowest)) {
      const what = `the limit ${name} is ${told(value)}, not a whole number from ${lowest}`;
      throw new HeddleError('option-invalid', what, { option: name });
    }
    if (!Object.hasOwn(defaultLimits, name)) {
      throw new HeddleError('option-invalid', `there is no limit ${name}`, { option: name });
    }
  }
  return limits;
}

/** The mailbox of every process, within the limits. */
export function mailboxOf(given: Partial<MailboxOptions> = {}, limits: Limits): MailboxOptions {
  checkObject('mailbox', given);
  checkNames(given, ['messages', 'bytes', 'overflow', 'rate'], 'mailbox');
  const { messages = limits.mailboxMessages, bytes = limits.mailboxBytes, overflow = 'wait', rate } = given;
  checkUpTo('mailbox.messages', messages, limits.mailboxMessages);
  checkUpTo('mailbox.bytes', bytes, limits.mailboxBytes);
  if (overflow !== 'wait' && overflow !== 'reject') {
    throw new HeddleError('option-invalid', `mailbox.overflow is ${told(overflow)}, not wait or reject`, {
      option: 'mailbox.overflow',
    });
  }
  if (!rate) return { messages, bytes, overflow };
  checkNames(rate, ['messages', 'perMs'], 'mailbox.rate');
  checkUpTo('mailbox.rate.messages', rate.messages, 1_000_000);
  checkUpTo('mailbox.rate.perMs', rate.perMs, 1_000_000_000);
  return { messages, bytes, overflow, rate: { messages: rate.messages, perMs: rate.perMs } };
}

/** What is kept of the history, if not all of it. */
export function retentionOf(given: Retention | undefined): Retention | undefined {
  if (!given) return undefined;
  const { bytes } = given;
  checkUpTo('retention.bytes', bytes, Number.MAX_SAFE_INTEGER);
  checkNames(given, ['bytes'], 'retention');
  return { bytes };
}

/** What decides who runs next. `fifo` in the place of `fifo()` is a slip that nothing would tell of before the first spawn. */
export function schedulerOf(given: SchedulerPolicy = fifo(), stream: RandomStream): Scheduler {
  const made = typeof given === 'function' ? given(stream) : undefined;
  if (typeof made?.arrived === 'function' && typeof made.next === 'function') return made;
  const what = `the scheduler is ${told(given)}, not one such as fifo() or random() makes`;
  throw new HeddleError('option-invalid', what, { option: 'scheduler' });
}

/** Where the time comes from. The same slip. */
export function clockOf(given: Clock = virtualClock()): Clock {
  if (typeof given?.now === 'function') return given;
  const what = `the clock is ${told(given)}, not one such as virtualClock() makes`;
  throw new HeddleError('option-invalid', what, { option: 'clock' });
}

/** The store of a system. A path in its place is a slip that nothing would tell of before the first turn. */
export function storeOf(given: Store = memoryStore()): Store {
  if (typeof given === 'object' && typeof given?.append === 'function') return given;
  const what = `the store is ${told(given)}, not one such as memoryStore() or lmdbStore('data/shop') makes`;
  throw new HeddleError('option-invalid', what, { option: 'store' });
}

function checkUpTo(option: string, value: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return;
  throw new HeddleError('option-invalid', `${option} is ${told(value)}, not a whole number from 1 to ${most}`, {
    option,
  });
}

/** Refuses what is no module. One that is still to come is a slip that is told by its name. */
export function checkModule(module: Module): void {
  if (typeof module?.load === 'function' && typeof module.start === 'function') {
    checkText('module.id', module.id);
    return;
  }
  const what = `the module is ${told(module)}, not one such as behavior() makes or wasm.fromFile() fulfils with`;
  throw new HeddleError('option-invalid', what, { option: 'module' });
}

/** The id of a process. Refuses what is none, such as its id. */
export function idOfProcess(process: { readonly id: Id }): Id {
  if (typeof process?.id === 'string') return process.id;
  const what = `the process is ${told(process)}, not one such as spawn() fulfils with`;
  throw new HeddleError('option-invalid', what, { option: 'process' });
}

/** The modules that a system knows from the beginning. */
export function modulesOf(given: readonly Module[]): readonly Module[] {
  if (typeof given[Symbol.iterator] === 'function') return given;
  throw new HeddleError('option-invalid', `modules is ${told(given)}, not a list`, { option: 'modules' });
}

/** Refuses an option that is no whole number from 0. */
export function checkWhole(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new HeddleError('option-invalid', `${name} is ${told(value)}, not a whole number from 0`, { option: name });
}
