import { limitsOver } from '../limits.ts';

/** How much a drive keeps, and how long it waits. What one turn may read is a limit of the system. */
export interface DriveLimits {
  /** Bytes of files that are kept in memory, of all processes together. Over it: what was used longest ago goes. */
  readonly cacheBytes: number;
  /** Bytes up to which a file is fetched as a whole when any of it is read. */
  readonly wholeBytes: number;
  /** The most that is fetched ahead of what is read one after the other: it starts small and doubles. */
  readonly aheadBytes: number;
  /** Files that one turn may open. Over it: an outcome with the fault `drive-over-limit`. */
  readonly turnFiles: number;
  /** How long an answer may take, with all retries. Over it: `drive-unavailable`. */
  readonly waitMs: number;
}

/**
 * The limits of a drive that is given none.
 *
 * @example
 * ```ts
 * import { defaultDriveLimits, fromFiles, weaveDrive } from 'heddle/arweave';
 *
 * weaveDrive(fromFiles({}), { limits: { cacheBytes: defaultDriveLimits.cacheBytes * 4 } });
 * ```
 */
export const defaultDriveLimits: DriveLimits = {
  cacheBytes: 268_435_456,
  wholeBytes: 1_048_576,
  aheadBytes: 67_108_864,
  turnFiles: 1_000,
  waitMs: 120_000,
};

/** The defaults with `given` over them. */
export const driveLimitsOf = (given?: Partial<DriveLimits>): DriveLimits => limitsOver(defaultDriveLimits, given);
