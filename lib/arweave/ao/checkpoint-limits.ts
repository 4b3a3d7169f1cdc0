import { limitsOver } from '../limits.ts';

/** How much is looked at for a checkpoint. */
export interface CheckpointLimits {
  /** Checkpoints that are listed, the newest by height; among them the one of the latest slot is looked for. */
  readonly listed: number;
  /** Of these, how many are read until one is good. */
  readonly tries: number;
  /** Bytes of a memory, by default as many as AO's compute unit takes. Over it, the checkpoint is passed over. */
  readonly memoryBytes: number;
}

/**
 * The limits of `findCheckpoint` when it is given none.
 *
 * @example
 * ```ts
 * import { defaultCheckpointLimits, findCheckpoint, type Gateway } from 'heddle/arweave';
 *
 * const { memoryBytes } = defaultCheckpointLimits;
 * const large = (process: string, gateway: Gateway, unit: string) =>
 *   findCheckpoint(process, { gateway, trusted: [unit], limits: { memoryBytes: 4 * memoryBytes } });
 * ```
 */
export const defaultCheckpointLimits: CheckpointLimits = {
  listed: 500,
  tries: 5,
  memoryBytes: 1_073_741_824,
};

/** The defaults with `given` over them. */
export const checkpointLimitsOf = (given?: Partial<CheckpointLimits>): CheckpointLimits =>
  limitsOver(defaultCheckpointLimits, given);
