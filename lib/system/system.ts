import type { Module } from '../compute/executor.ts';
import { isPending } from '../core/awaitable.ts';
import { joined } from '../core/bytes.ts';
import type { Moment } from '../core/clock.ts';
import type { DeadLetter } from '../core/dead-letter.ts';
import { HeddleError } from '../core/error.ts';
import type { Id } from '../core/id.ts';
import type { OutboundMail } from '../core/outbound-mail.ts';
import type { Addresses } from './addresses.ts';
import type { AdoptInput } from './adoptions.ts';
import { Driver } from './driver.ts';
import type { Engine } from './engine.ts';
import { type ActionGas, gasReport } from './gas-report.ts';
import { GroupHandle } from './group-handle.ts';
import type { SpawnInput } from './inbound.ts';
import { advance, type Progress, type RunUntil } from './loop.ts';
import { type GroupOptions, NameHost } from './name-host.ts';
import { checkModule, checkWhole } from './options.ts';
import { ProcessHandle } from './process-handle.ts';
import { ProcessHost } from './process-host.ts';
import type { Recording } from './recording.ts';
import { Review } from './review.ts';
import type { Step } from './steps.ts';
import { SupervisorHandle } from './supervisor-handle.ts';
import { SupervisorHost } from './supervisor-host.ts';
import type { SupervisorOptions } from './supervisor-options.ts';
import type { Trace } from './trace.ts';

/**
 * An actor system: processes, the order in which they run, and the run so far. Nothing runs by itself: turns are taken
 * while `settle`, `run`, `advance`, `ask` or an `outcome` is awaited, so that a program decides what happens before what.
 *
 * @example
 * ```ts
 * import { behavior, createSystem } from 'heddle';
 *
 * await using system = createSystem({ seed: 'any text' });
 * const counter = behavior({ init: () => 0, receive: (count) => count + 1 });
 * const process = await system.spawn(counter);
 * await process.send();
 * console.log(await system.settle()); // { turns: 2, idle: true }
 * ```
 */
export class System {
  /** What happens, and the digest of it. */
  readonly trace: Trace;
  /** The wallets the system acts as. */
  readonly addresses: Addresses;
  /** The modules that it knows, by their ids. */
  readonly modules: ReadonlyMap<Id, Module>;
  readonly #engine: Engine;
  readonly #driver: Driver;
  readonly #host: ProcessHost;
  readonly #supervisors: SupervisorHost;
  readonly #names: NameHost;
  readonly #review: Review;

  /** @internal Of an engine that nobody else drives. */
  constructor(engine: Engine) {
    const { trace, log, history, ledger } = engine;
    const { scheduler, messenger, supervisor, wallet } = ledger.carrier;
    this.#engine = engine;
    this.addresses = { scheduler, messenger, supervisor, wallet };
    this.modules = ledger.modules;
    this.trace = trace;
    this.#driver = new Driver(engine);
    this.#host = new ProcessHost(this.#driver);
    this.#supervisors = new SupervisorHost(this.#driver, this.#host);
    this.#names = new NameHost(this.#driver, this.#host);
    this.#review = new Review(log, history, ledger);
  }

  /** Makes a module known, so that processes can spawn it by its id. */
  define(module: Module): void {
    checkModule(module);
    this.#engine.ledger.define(module);
  }

  /** Takes in what the store holds of an earlier life, so that its processes can be seen. Everything else does so first. */
  async open(): Promise<void> {
    return this.#driver.enter(() => {});
  }

  /** Spawns a process of a module, or of one of that id. Its item is its first message, evaluated when the system runs. */
  async spawn(module: Module | Id, input: SpawnInput = {}): Promise<ProcessHandle> {
    this.#driver.checkOpen();
    const loaded = this.#driver.loaded(module);
    const known = isPending(loaded) ? await loaded : loaded;
    return this.#driver.enter(() => new ProcessHandle(this.#driver.spawn(known, input), this.#host));
  }

  /**
   * Takes in a process that began elsewhere, with its module and, so that not all of its slots have to be evaluated again, a
   * state from which it goes on. Its slots are taken in by `follow`; until it is taken over it gets no others. `restore` of
   * `heddle/arweave` does all this.
   */
  async adopt(input: AdoptInput): Promise<ProcessHandle> {
    return new ProcessHandle(await this.#host.adoptions.adopt(input), this.#host);
  }

  /**
   * Starts processes in their order under a supervisor, which restarts those that fail, or gives them up. A process without
   * one is restarted too, as often as the limits say, and given up alone. Supervisors are not in the store: a program that
   * goes on from one names its processes again.
   *
   * @example
   * ```ts
   * import { behavior, createSystem } from 'heddle';
   *
   * const system = createSystem();
   * const feed = behavior<number>({ init: () => 0, receive: (price, message) => Number(message.data) }, { name: 'feed' });
   * const shop = behavior<string[]>({ init: () => [], receive: (orders, { data }) => [...orders, data] }, { name: 'shop' });
   * const market = await system.supervise({
   *   name: 'market',
   *   strategy: 'rest-for-one',
   *   children: [
   *     { module: feed, failsOn: 'error', backOff: { firstMs: 1_000, jitter: 0.5 } },
   *     { module: shop, restart: 'transient' },
   *   ],
   * });
   * console.log(market.status.state, market.processes.length); // watching 2
   * ```
   */
  async supervise(options: SupervisorOptions): Promise<SupervisorHandle> {
    this.#driver.checkOpen();
    return new SupervisorHandle(await this.#supervisors.start(options), this.#supervisors);
  }

  /** The process of that id. */
  process(id: Id): ProcessHandle {
    const process = this.#driver.recovered ? this.#engine.ledger.find(id) : undefined;
    if (process) return new ProcessHandle(process, this.#host);
    throw new HeddleError('process-unknown', `there is no process ${id}`, { process: id });
  }

  /** All processes, in the order in which they were spawned. */
  get processes(): readonly ProcessHandle[] {
    const processes = this.#driver.recovered ? this.#engine.ledger.processes : [];
    return processes.map((process) => new ProcessHandle(process, this.#host));
  }

  /**
   * Gives a process a name that others can write to as they write to its id; it has it until it is stopped or the name is
   * unregistered. Processes do the same with `turn.register`.
   */
  async register(name: string, process: ProcessHandle): Promise<void> {
    return this.#names.register(name, process);
  }

  async unregister(name: string): Promise<void> {
    return this.#names.unregister(name);
  }

  /** The process that has registered a name; undefined if none has. */
  registered(name: string): ProcessHandle | undefined {
    const process = this.#driver.recovered ? this.#engine.ledger.directory.registered(name) : undefined;
    return process && new ProcessHandle(process, this.#host);
  }

  /** Makes a group of processes under one name. One that is there already is taken if nothing else is asked of it. */
  async group(name: string, options?: GroupOptions): Promise<GroupHandle> {
    await this.open();
    if (options || !this.#engine.ledger.directory.group(name)) await this.#names.open(name, options ?? {});
    return new GroupHandle(name, this.#names);
  }

  /** The time as the next message will see it. */
  get now(): Moment {
    return this.#engine.clock.now();
  }

  /** Runs until no message is in flight and nothing waits for the clock. */
  async settle(): Promise<Progress> {
    const progress = await this.#driver.run({});
    if (progress.idle) return progress;
    const { turns } = progress;
    throw new HeddleError('run-over-limit', `the system did not settle within ${turns} turns`, { turns });
  }

  /** Runs for so many turns at most, or until `done` says so before a turn, or until nothing is left to do. */
  async run(options: Partial<RunUntil> = {}): Promise<Progress> {
    return this.#driver.run(options);
  }

  /** Lets so much virtual time pass, running what has mail and what falls due on the way. */
  async advance(ms: number): Promise<Progress> {
    checkWhole('ms', ms);
    await this.open();
    const { clock } = this.#engine;
    const untilMs = clock.now().timestampMs + ms;
    const progress = await this.#driver.run({ untilMs });
    if (progress.idle) await advance(clock, untilMs);
    return progress;
  }

  /** The mail of the history that is there which processes sent to nobody, or which could not be delivered, in order. */
  async outbound(): Promise<readonly OutboundMail[]> {
    return this.#driver.enter(() => [...this.#review.outbound()]);
  }

  /**
   * The messages that reached nobody although they were meant for somebody, in order: what could not be delivered, and what
   * was in the mailbox of a process when it was stopped. Each says which turns it goes back to. They are of the history
   * that is there; reading a `chain` that goes back further throws `history-trimmed`.
   *
   * @example
   * ```ts
   * import { createSystem } from 'heddle';
   *
   * const system = createSystem();
   * for (const { reason, detail, chain } of await system.deadLetters()) console.log(reason, detail, chain);
   * ```
   */
  async deadLetters(): Promise<readonly DeadLetter[]> {
    return this.#driver.enter(() => [...this.#review.deadLetters()]);
  }

  /**
   * What is durable of the run, in the order in which it happened, from a position of the log on: for whoever keeps it elsewhere.
   *
   * @example
   * ```ts
   * import { createSystem } from 'heddle';
   *
   * const system = createSystem();
   * let position = 0; // to be kept, and gone on from
   * for await (const { messages, end } of system.steps(position)) {
   *   for (const { message } of messages) console.log('new', message.id);
   *   position = end;
   * }
   * ```
   */
  async *steps(from = 0): AsyncGenerator<Step, void, undefined> {
    await this.open();
    yield* this.#review.steps(from, this.#engine.store.durableLength);
  }

  /** What the turns of the history have cost that is there, by the `Action` of their messages, the dearest first. */
  async gasReport(): Promise<readonly ActionGas[]> {
    return this.#driver.enter(() => gasReport(this.#review.turns()));
  }

  /** The run so far as data, for `replay`. */
  async record(): Promise<Recording> {
    return this.#driver.enter(() => {
      const { limits, mailbox, carrier } = this.#engine.ledger;
      const log = joined([...this.#engine.log.pieces()]);
      return { version: 1, seed: carrier.seed, limits, mailbox, log, digest: this.trace.digest } as const;
    });
  }

  /**
   * Fulfils when all that has happened so far is durable, as far as the store makes it so. Await it before anything that
   * the run has caused leaves the program: before an answer goes to a client, a receipt is handed out, mail is carried
   * elsewhere. Stores that answer at once, as `memoryStore` does, cost nothing; the others gather what several callers
   * wait for. Throws `store-failed` if the store cannot keep it.
   *
   * @example
   * ```ts
   * import { createSystem } from 'heddle';
   *
   * const system = createSystem();
   * await system.settle();
   * await system.flush();
   * for (const { message } of await system.outbound()) console.log('carried out', message?.id);
   * ```
   */
  async flush(): Promise<void> {
    return this.#driver.flush();
  }

  /**
   * Lets the store go of the history so far, durably, but for what the system needs to go on as it would have. What asks for
   * what is gone throws `history-trimmed`: outcomes of earlier slots, `schedule`, `record`; a message from before that nobody
   * has any more is not assigned by its id. The option `retention` does it by itself, behind the newest history.
   *
   * @example
   * ```ts
   * import { createSystem } from 'heddle';
   *
   * const system = createSystem({ retention: { bytes: 100_000_000 } });
   * await system.settle();
   * await system.trim(); // now, and all
   * console.log(system.trace.digest); // as if nothing were trimmed
   * ```
   */
  async trim(): Promise<void> {
    return this.#driver.enter(() => this.#engine.trim());
  }

  /** Ends all executors, makes all durable and closes the store, after the turn under way. */
  async close(): Promise<void> {
    return this.#driver.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#driver.closed) await this.close();
  }
}
