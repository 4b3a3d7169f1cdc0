import { HeddleError, reasonOf } from '../../core/error.ts';

/** How soon what a store was given outlives what, the cheapest first. */
export type Durability = 'memory' | 'batched' | 'each';

/** How an {@link lmdbStore} keeps what it is given; everything has a default. */
export interface LmdbOptions {
  /**
   * When what is appended is durable. A flush costs what the disk takes for two of its own, from 0.2 ms to 20 ms.
   *
   * | level | `append` answers | end of the program | power failure |
   * | --- | --- | --- | --- |
   * | `memory` | when the operating system has it | nothing is lost | what is not on the disk yet is lost, and the folder may be damaged, which is found when it is opened; for tests and what can be made again |
   * | `batched` | at once | at most the newest `commitMs` or `commitBytes` are lost | the same |
   * | `each` | when it is flushed; this thread waits | nothing is lost | nothing is lost |
   *
   * What `flush` was awaited for is lost by neither, on `memory` by the end of the program only. Default: `batched`.
   */
  readonly durability?: Durability;
  /**
   * On `batched`: how long something waits for others to be flushed with it; five times as long in a program that never lets its
   * timers come to their turn. Default: 10.
   */
  readonly commitMs?: number;
  /** On `batched`: how much waits at most before it is flushed. Default: 1 MiB. */
  readonly commitBytes?: number;
  /** On `batched`: how much may not be flushed yet; whoever appends more waits. Default: 16 MiB. */
  readonly pendingBytes?: number;
}

export function lmdbOptionsOf(given: LmdbOptions): Required<LmdbOptions> {
  if (typeof given !== 'object' || given === null) throw invalid('options', `are ${reasonOf(given)}, not an object`);
  for (const [option, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, option)) throw invalid(option, 'is no option');
    const isLevel = option === 'durability';
    const isRight = isLevel ? levels.includes(value) : isCount(value);
    const right = isLevel ? levels.join(' or ') : `a whole number from 1 to ${mostCount}`;
    if (!isRight) throw invalid(option, `is ${typeof value} ${reasonOf(value)}, not ${right}`);
  }
  return { ...defaults, ...given };
}

const invalid = (option: string, what: string): HeddleError =>
  new HeddleError('option-invalid', `the store's ${option} ${what}`, { option });

const defaults: Required<LmdbOptions> = {
  durability: 'batched',
  commitMs: 10,
  commitBytes: 1_048_576,
  pendingBytes: 16_777_216,
};

const levels: readonly unknown[] = ['memory', 'batched', 'each'] satisfies readonly Durability[];

const isCount = (value: unknown): boolean =>
  Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= mostCount;

/** Timers take no more than that. */
const mostCount = 2 ** 31 - 1;
