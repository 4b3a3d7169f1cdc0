import type { Awaitable } from './awaitable.ts';
import { HeddleError } from './error.ts';
import { checkNames, checkObject, told } from './given.ts';

/** A moment: wall-clock milliseconds and the height of the Arweave chain. */
export interface Moment {
  readonly timestampMs: number;
  readonly blockHeight: number;
}

/** Where a system takes the time from. */
export interface Clock {
  now(): Moment;
  /** Moves to `timestampMs`, which lies ahead. A clock that follows the wall waits for it. */
  advanceTo(timestampMs: number): Awaitable<void>;
}

/** When a virtual clock starts and how fast blocks come. */
export interface VirtualClockOptions {
  readonly startMs?: number;
  readonly startHeight?: number;
  /** Time between two blocks; Arweave aims at two minutes. */
  readonly blockMs?: number;
}

/**
 * A clock that stands still until it is moved. It starts on 1 January 2025 at about the height the chain had then.
 *
 * @example
 * ```ts
 * import { virtualClock } from 'heddle';
 *
 * const clock = virtualClock({ startMs: 1_700_000_000_000, startHeight: 1_300_000 });
 * clock.advanceTo(1_700_000_240_000);
 * clock.now(); // { timestampMs: 1_700_000_240_000, blockHeight: 1_300_002 }
 * ```
 */
export function virtualClock(options: VirtualClockOptions = {}): Clock {
  checkObject('options', options);
  checkNames(options, ['startMs', 'startHeight', 'blockMs']);
  const { startMs = 1_735_689_600_000, startHeight = 1_580_000, blockMs = 120_000 } = options;
  for (const [name, value] of Object.entries({ startMs, startHeight, blockMs })) {
    if (!Number.isSafeInteger(value) || value < (name === 'blockMs' ? 1 : 0)) {
      throw new HeddleError('option-invalid', `${name} is ${told(value)}, not a whole number of its unit`, {
        option: name,
      });
    }
  }
  const moment = (timestampMs: number): Moment =>
    Object.freeze({ timestampMs, blockHeight: startHeight + Math.floor((timestampMs - startMs) / blockMs) });
  let now = moment(startMs);
  return {
    now: () => now,
    advanceTo(timestampMs) {
      const { timestampMs: nowMs } = now;
      if (!Number.isSafeInteger(timestampMs) || timestampMs < nowMs) {
        throw new HeddleError('option-invalid', `time cannot go from ${nowMs} to ${told(timestampMs)}`, { nowMs });
      }
      now = moment(timestampMs);
    },
  };
}
