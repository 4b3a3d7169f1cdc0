import type { Id } from '../core/id.ts';
import type { Limits } from '../core/limits.ts';
import type { MailboxOptions } from '../process/mailbox.ts';

/** A run as data: enough to do it again and to tell whether it came out the same. */
export interface Recording {
  readonly version: 1;
  readonly seed: string;
  readonly limits: Limits;
  readonly mailbox: MailboxOptions;
  /** All that happened, as a system writes it to its store. */
  readonly log: Uint8Array;
  /** The digest of the run's trace. */
  readonly digest: Id;
}
