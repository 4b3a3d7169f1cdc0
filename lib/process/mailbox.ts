import type { Assignment } from '../core/assignment.ts';
import type { Delivery } from '../core/commit.ts';
import { Queue } from '../core/queue.ts';

/** What happens to mail for a full mailbox: it waits without a slot until there is room, or it is refused. */
export type Overflow = 'wait' | 'reject';

/** How much mail a process takes before it has evaluated what it has. */
export interface MailboxOptions {
  /** Messages with a slot that are not evaluated yet. */
  readonly messages: number;
  readonly overflow: Overflow;
}

/** The part of a process's schedule that is not evaluated yet, and the deliveries that wait for room in it. */
export class Mailbox {
  readonly options: MailboxOptions;
  readonly assigned = new Queue<Assignment>();
  readonly waiting = new Queue<Delivery>();

  constructor(options: MailboxOptions) {
    this.options = options;
  }

  /** How many more messages may get a slot. */
  get room(): number {
    return this.options.messages - this.assigned.length;
  }
}
