import type { Id } from '../core/id.ts';
import { Queue } from '../core/queue.ts';
import type { Process } from './process.ts';

/** How a process stands that others are told of. */
export type Ending = 'failed' | 'stopped' | 'unknown';

/** What a watcher is to be told. */
export interface Down {
  readonly to: Process;
  readonly process: Id;
  readonly status: Ending;
  readonly reason: string;
  /** What the watcher called its request. */
  readonly reference: string;
}

/** What is still to be done because something has happened to a process, or because a process has asked for it. */
export type Consequence =
  | ({ readonly kind: 'down' } & Down)
  /** A process fails with another, or ends by itself. */
  | { readonly kind: 'failure' | 'exit'; readonly process: Process; readonly reason: string };

/**
 * What is still to be done, in order. Each is a record of its own; so whoever reads a log finds here what its writer had not
 * come to.
 */
export class Consequences {
  readonly #queue = new Queue<Consequence>();

  get length(): number {
    return this.#queue.length;
  }

  push(consequence: Consequence): void {
    this.#queue.push(consequence);
  }

  /** What is to be done next. What ended in another way meanwhile needs nothing more. */
  get first(): Consequence | undefined {
    for (;;) {
      const first = this.#queue.peek();
      // Who was stopped watches nobody any more.
      if (!first || (first.kind === 'down' ? first.to.state !== 'stopped' : first.process.running)) return first;
      this.#queue.shift();
    }
  }

  [Symbol.iterator](): Iterator<Consequence> {
    return this.#queue[Symbol.iterator]();
  }

  /** Notes that a watcher was told. */
  told(): void {
    if (this.first?.kind === 'down') this.#queue.shift();
  }

  /** Notes a decision about a process. */
  decided(process: Process): void {
    const { first } = this;
    if (first && first.kind !== 'down' && first.process === process) this.#queue.shift();
  }
}

/** Why a process fails that is linked with another. */
export const linked = (id: Id, reason: string): string => `linked with ${id}, which has failed: ${reason}`;
