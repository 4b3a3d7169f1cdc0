import { type Awaitable, isPending } from '../core/awaitable.ts';
import { HeddleError } from '../core/error.ts';
import { checkFunction, checkNames, checkObject } from '../core/given.ts';
import type { Id } from '../core/id.ts';
import type { LazyMessage } from '../core/message.ts';
import type { OutboundMail } from '../core/outbound-mail.ts';
import { Queue } from '../core/queue.ts';
import type { CommittedEvent, LifecycleState, TraceEvent } from '../core/trace-event.ts';
import type { Process } from '../process/process.ts';
import type { Log } from '../store/log/log.ts';

/** Is told of each event as it happens, after what it tells of is stored. */
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
  /** The digest of the log, without the gas that was used: equal for equal runs, whatever crashed on the way. */
  readonly digest: Id;
  /**
   * Calls `listener` for each event from now on, until the returned function is called. If it throws, the run goes on and
   * others are told; what it threw is an uncaught exception of the program.
   */
  subscribe(listener: TraceListener, options?: ListenOptions): () => void;
}

/** How a listener is told. */
export interface ListenOptions {
  /**
   * Whether it is told of each turn before the next one is taken, as whoever measures turns needs it. Each turn is then stored
   * by itself; otherwise many together are stored and told.
   */
  readonly eachTurn?: boolean;
}

/** What there is to say of a move. */
type MoveFacts = Partial<Extract<TraceEvent, { type: 'lifecycle' }>>;

/** The trace as the system writes it. */
export class TraceLog implements Trace {
  readonly #log: Log;
  readonly #listeners = new Map<TraceListener, ListenOptions>();
  readonly #readers = new Set<Reader>();
  readonly #limit: number;
  /** What is to be told once what was logged is stored. */
  readonly #noted: TraceEvent[] = [];
  /** Is told of messages that leave the system. */
  onOutbound: ((message: LazyMessage) => void) | undefined;
  /** Whether anybody listens. If not, events need not be made. */
  observed = false;
  /** Whether somebody is to be told of each turn before the next one. */
  tellsEachTurn = false;
  #closed = false;

  /** `limit` is how many events may wait for one reader. */
  constructor(log: Log, limit: number) {
    this.#log = log;
    this.#limit = limit;
  }

  get digest(): Id {
    return this.#log.digest;
  }

  subscribe(listener: TraceListener, options: ListenOptions = {}): () => void {
    checkFunction('listener', listener);
    checkObject('options', options);
    checkNames(options, ['eachTurn']);
    this.#listeners.set(listener, options);
    this.#look();
    return () => {
      this.#listeners.delete(listener);
      this.#look();
    };
  }

  /** The events from now on; it ends when the system is closed. */
  [Symbol.asyncIterator](): AsyncIterator<TraceEvent> {
    const reader = new Reader(this.#limit, () => {
      this.#readers.delete(reader);
      this.#look();
    });
    if (this.#closed) reader.end();
    else this.#readers.add(reader);
    this.#look();
    return reader;
  }

  /** Notes an event of the record under way. */
  note(event: CommittedEvent): void {
    this.#noted.push(event);
  }

  /** Notes mail that goes to nobody in the system. */
  noteMail(message: LazyMessage | undefined, mail: () => OutboundMail): void {
    if (message) this.onOutbound?.(message);
    if (this.observed) this.note({ type: 'outbound', mail: mail() });
  }

  /** Stores what was logged, and then tells of it. */
  flush(): Awaitable<void> {
    const stored = this.#log.flush();
    return isPending(stored) ? stored.then(() => this.#tellNoted()) : this.#tellNoted();
  }

  /** Tells of an event that is not logged, behind those that were noted before. */
  emit(event: TraceEvent): void {
    if (this.#noted.length > 0) this.#noted.push(event);
    else this.#tell(event);
  }

  #tellNoted(): void {
    if (this.#noted.length === 0) return;
    for (const event of this.#noted) this.#tell(event);
    this.#noted.length = 0;
  }

  #tell(event: TraceEvent): void {
    for (const reader of this.#readers) reader.push(event);
    for (const listener of this.#listeners.keys()) {
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
  moved(process: Process, from: LifecycleState, why?: MoveFacts): void {
    if (this.observed) this.emit({ type: 'lifecycle', process: process.id, from, to: process.state, ...why });
  }

  /** Ends every iteration. */
  close(): void {
    this.#closed = true;
    for (const reader of this.#readers) reader.end();
    this.#listeners.clear();
    this.#look();
  }

  #look(): void {
    this.observed = this.#listeners.size > 0 || this.#readers.size > 0;
    this.tellsEachTurn = [...this.#listeners.values()].some(({ eachTurn }) => eachTurn);
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
    this.#events.clear();
    this.end();
    return Promise.resolve(ended);
  }
}

interface Taker {
  readonly resolve: (result: IteratorResult<TraceEvent, undefined>) => void;
}

const ended = { done: true, value: undefined } as const;
