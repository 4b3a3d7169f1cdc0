import type { Commit } from '../core/commit.ts';
import { HeddleError } from '../core/error.ts';
import type { Id } from '../core/id.ts';
import { Queue } from '../core/queue.ts';
import {
  type CommittedEvent,
  committedEvents,
  emptyDigest,
  extendDigest,
  type LifecycleState,
  type TraceEvent,
} from '../core/trace-event.ts';
import type { Process } from '../process/process.ts';

/** Is told of each event as it happens, after the commit it belongs to is stored. */
export type TraceListener = (event: TraceEvent) => void;

/**
 * What happens in a system, to be listened to or iterated over from now on, and the digest that identifies the run so
 * far.
 *
 * @example
 * ```ts
 * import { createSystem } from 'heddle';
 *
 * const system = createSystem();
 * const stop = system.trace.subscribe((event) => console.log(event.type));
 * await system.settle();
 * stop();
 * console.log(system.trace.digest);
 * ```
 */
export interface Trace extends AsyncIterable<TraceEvent> {
  /** Identifies the sequence of all committed events: equal for equal runs, whatever crashed on the way. */
  readonly digest: Id;
  /** Calls `listener` for each event from now on, until the returned function is called. */
  subscribe(listener: TraceListener): () => void;
}

/** The trace as the system writes it. */
export class TraceLog implements Trace {
  readonly #listeners = new Set<TraceListener>();
  readonly #readers = new Set<Reader>();
  readonly #limit: number;
  #digest = emptyDigest;
  #closed = false;

  /** `limit` is how many events may wait for one reader. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get digest(): Id {
    return this.#digest;
  }

  subscribe(listener: TraceListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The events from now on; it ends when the system is closed. */
  [Symbol.asyncIterator](): AsyncIterator<TraceEvent> {
    const reader = new Reader(this.#limit, () => this.#readers.delete(reader));
    if (this.#closed) reader.end();
    else this.#readers.add(reader);
    return reader;
  }

  /** Takes a stored commit into the digest and tells of its events. */
  commit(commit: Commit): void {
    for (const event of this.absorb(commit)) this.emit(event);
  }

  /** Takes a commit into the digest without telling of it: it happened before anyone could listen. */
  absorb(commit: Commit): readonly CommittedEvent[] {
    const events = committedEvents(commit);
    for (const event of events) this.#digest = extendDigest(this.#digest, event);
    return events;
  }

  /** Tells of an event. Only those of commits enter the digest. */
  emit(event: TraceEvent): void {
    for (const reader of this.#readers) reader.push(event);
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // A listener's mistake must not stop the run half way; it surfaces as an uncaught exception of the program.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Tells that a process has moved on in its life, or why it has not. */
  moved({ id, state }: Process, from: LifecycleState, reason?: string, restartsLeft?: number): void {
    this.emit({
      type: 'lifecycle',
      process: id,
      from,
      to: state,
      ...(reason !== undefined && { reason }),
      ...(restartsLeft !== undefined && { restartsLeft }),
    });
  }

  /** Ends every iteration. */
  close(): void {
    this.#closed = true;
    for (const reader of this.#readers) reader.end();
    this.#listeners.clear();
  }
}

class Reader implements AsyncIterator<TraceEvent, undefined> {
  readonly #limit: number;
  readonly #leave: () => void;
  readonly #events = new Queue<TraceEvent>();
  readonly #takers = new Queue<Taker>();
  #state: 'open' | 'ended' | 'overflowed' = 'open';

  constructor(limit: number, leave: () => void) {
    this.#limit = limit;
    this.#leave = leave;
  }

  push(event: TraceEvent): void {
    const taker = this.#takers.shift();
    if (taker) taker.resolve({ done: false, value: event });
    else if (this.#events.length < this.#limit) this.#events.push(event);
    else this.end('overflowed');
  }

  end(state: 'ended' | 'overflowed' = 'ended'): void {
    this.#state = state;
    this.#leave();
    for (let taker = this.#takers.shift(); taker; taker = this.#takers.shift()) taker.resolve(ended);
  }

  next(): Promise<IteratorResult<TraceEvent, undefined>> {
    const value = this.#events.shift();
    if (value) return Promise.resolve({ done: false, value });
    if (this.#state === 'ended') return Promise.resolve(ended);
    if (this.#state === 'overflowed') {
      this.#state = 'ended';
      const limit = this.#limit;
      return Promise.reject(
        new HeddleError('trace-overflow', `more than ${limit} trace events waited to be read`, { limit }),
      );
    }
    return new Promise((resolve) => this.#takers.push({ resolve }));
  }

  return(): Promise<IteratorResult<TraceEvent, undefined>> {
    this.end();
    return Promise.resolve(ended);
  }
}

interface Taker {
  readonly resolve: (result: IteratorResult<TraceEvent, undefined>) => void;
}

const ended = { done: true, value: undefined } as const;
