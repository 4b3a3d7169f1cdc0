import type { Process } from '../../process/process.ts';
import type { Address } from './released.ts';

/** A message in the log, and which processes have it in their schedules or will have. */
export interface KnownMessage {
  readonly address: Address;
  readonly holders: Set<Process>;
}
