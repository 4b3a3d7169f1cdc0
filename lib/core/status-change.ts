import type { Id } from './id.ts';

/** A decision about a process that all that comes after depends on. */
export interface StatusChange {
  readonly process: Id;
  /** `failed` and `stopped` processes take no mail and run no turns; `running` takes a failure back. */
  readonly status: 'running' | 'failed' | 'stopped';
  readonly reason: string;
}
