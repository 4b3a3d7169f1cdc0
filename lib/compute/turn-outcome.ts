import type { Json } from '../core/json.ts';
import { type FormedOutcome, formed, type OutboxAssignment, type Outcome } from '../core/outcome.ts';
import { plainSent, type Sent } from './sent.ts';

// The usual turn has nothing of some kind: one list for all of those.
const none: never[] = [];

/** What a turn of a behavior has produced so far. Its entries are made into plain data when that is asked for. */
export class TurnOutcome implements FormedOutcome {
  messages: Sent[] = none;
  spawns: Sent[] = none;
  assignments: OutboxAssignment[] = none;
  output: Json = '';
  readonly gasUsed = 0n;

  get [formed](): true {
    return true;
  }

  /** Whether there is more to it than messages. */
  get hasMore(): boolean {
    return this.spawns !== none || this.assignments !== none || this.output !== '';
  }

  /** How many messages and spawns it has. */
  get sent(): number {
    return this.messages.length + this.spawns.length;
  }

  send(message: Sent): void {
    if (this.messages === none) this.messages = [message];
    else this.messages.push(message);
  }

  spawn(item: Sent): void {
    if (this.spawns === none) this.spawns = [item];
    else this.spawns.push(item);
  }

  assign(assignment: OutboxAssignment): void {
    if (this.assignments === none) this.assignments = [assignment];
    else this.assignments.push(assignment);
  }

  plain(): Outcome {
    const { assignments, output, gasUsed } = this;
    return { messages: this.messages.map(plainSent), spawns: this.spawns.map(plainSent), assignments, output, gasUsed };
  }
}

/** The outcome of every turn that did nothing and said nothing. */
export const quietOutcome = Object.freeze(new TurnOutcome());
