import { randomStream } from '../core/random.ts';

/** How long what has failed waits before it runs again: the first time `firstMs`, then `factor` times as long each time. */
export interface BackOff {
  readonly firstMs: number;
  /** The longest wait: 60 times the first by default. */
  readonly mostMs?: number;
  /** 2 by default. */
  readonly factor?: number;
  /** Which part of a wait may be taken off at random, from 0 to 1, so that what failed together does not come back together: 0 by default. */
  readonly jitter?: number;
}

/** The wait after so many failures. What is random about it follows from the seed, from who failed and from how often. */
export function backOffMs(
  { firstMs, mostMs = 60 * firstMs, factor = 2, jitter = 0 }: BackOff,
  failures: number,
  seed: string,
  who: string,
): number {
  const waitMs = Math.min(mostMs, firstMs * factor ** (failures - 1));
  const taken = jitter === 0 ? 0 : jitter * randomStream(seed, `back-off ${who} ${failures}`).unit();
  return Math.round(waitMs * (1 - taken));
}
