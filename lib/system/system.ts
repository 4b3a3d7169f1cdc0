import type { Module } from '../compute/executor.ts';
import type { Assignment } from '../core/assignment.ts';
import { type Clock, type Moment, virtualClock } from '../core/clock.ts';
import type { Commit, OutboundMail, StatusChange } from '../core/commit.ts';
import { HeddleError } from '../core/error.ts';
import type { ErrorCode } from '../core/error-codes.ts';
import type { Id } from '../core/id.ts';
import { Lane } from '../core/lane.ts';
import type { Message } from '../core/message.ts';
import type { Outcome } from '../core/outcome.ts';
import { randomStream } from '../core/random.ts';
import { tagValue, toTags } from '../core/tags.ts';
import type { Process } from '../process/process.ts';
import { fifo } from '../schedule/fifo.ts';
import { memoryStore } from '../store/memory.ts';
import type { Store } from '../store/store.ts';
import { type Addresses, addressesOf } from './addresses.ts';
import { Asks } from './asks.ts';
import { Engine } from './engine.ts';
import { inboundItem, inboundMessage, type MessageInput, type SpawnInput } from './inbound.ts';
import { Ledger } from './ledger.ts';
import { advance, type Progress, type RunUntil, TurnLoop } from './loop.ts';
import { limitsOf, mailboxOf, type SystemOptions } from './options.ts';
import { type AskOptions, ProcessHandle, type ProcessHost, type Receipt } from './process-handle.ts';
import type { Recording } from './recording.ts';
import { recover } from './recovery.ts';
import { Timers } from './timers.ts';
import { Trace } from './trace.ts';

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
  readonly #seed: string;
  readonly #clock: Clock;
  readonly #store: Store;
  readonly #ledger: Ledger;
  readonly #engine: Engine;
  readonly #loop: TurnLoop;
  readonly #timers = new Timers();
  readonly #asks = new Asks();
  readonly #lane = new Lane();
  readonly #handles = new Map<Id, ProcessHandle>();
  #recovery: Promise<void> | undefined;
  #closed = false;

  constructor(options: SystemOptions = {}) {
    const { seed = 'heddle', scheduler = fifo(), store = memoryStore(), clock = virtualClock() } = options;
    const limits = limitsOf(options.limits);
    this.#seed = seed;
    this.#clock = clock;
    this.#store = store;
    this.#ledger = new Ledger(limits, mailboxOf(options.mailbox, limits));
    this.addresses = addressesOf(seed);
    this.trace = new Trace(limits.traceEvents);
    const parts = { ledger: this.#ledger, store, trace: this.trace, clock, addresses: this.addresses };
    this.#engine = new Engine(parts);
    this.#loop = new TurnLoop(this.#engine, scheduler(randomStream(seed, 'scheduler')), this.#timers, this.#lane);
    this.trace.subscribe((event) => {
      if (event.type === 'outbound') this.#asks.outbound(event.mail);
    });
    for (const module of options.modules ?? []) this.define(module);
  }
  /** Makes a module known, so that processes can spawn it by its id. */
  define(module: Module): void {
    this.#ledger.modules.set(module.id, module);
  }

  /**
   * Spawns a process of a module, or of one known by that id. Its own item is its first message, and is evaluated when
   * the system runs.
   */
  async spawn(module: Module | Id, input: SpawnInput = {}): Promise<ProcessHandle> {
    if (typeof module !== 'string') this.define(module);
    const known = typeof module === 'string' ? this.#ledger.modules.get(module) : module;
    if (!known) throw new HeddleError('module-unknown', `there is no module ${module}`, { module: String(module) });
    await known.load();
    return this.#enter(async () => {
      const origin = `outside ${this.#ledger.sequence}`;
      const item = inboundItem(known, input, origin, this.#ledger, this.addresses);
      const draft = this.#engine.draft();
      this.#accept(draft.spawn(item), item.id);
      this.#loop.announce(await this.#engine.commit(draft));
      return this.process(item.id);
    });
  }

  /** The process of that id. */
  process(id: Id): ProcessHandle {
    const process = this.#ledger.process(id);
    const known = this.#handles.get(id);
    if (known) return known;
    const handle = new ProcessHandle(process, this.#host);
    this.#handles.set(id, handle);
    return handle;
  }

  /** All processes, in the order in which they were spawned. */
  get processes(): readonly ProcessHandle[] {
    return [...this.#ledger.processes.keys()].map((id) => this.process(id));
  }

  /** The time as the next message will see it. */
  get now(): Moment {
    return this.#clock.now();
  }

  /** Runs until no message is in flight and nothing waits for the clock. */
  async settle(): Promise<Progress> {
    const turns = this.#ledger.limits.turnsPerRun;
    const progress = await this.#run({ turns });
    if (!progress.idle) {
      throw new HeddleError('run-over-limit', `the system did not settle within ${turns} turns`, { turns });
    }
    return progress;
  }

  /** Runs for so many turns at most, or until `done` says so before a turn, or until nothing is left to do. */
  run(options: Partial<RunUntil> = {}): Promise<Progress> {
    return this.#run({ turns: this.#ledger.limits.turnsPerRun, ...options });
  }

  /** Lets so much virtual time pass, running what has mail and what falls due on the way. */
  async advance(ms: number): Promise<Progress> {
    const untilMs = this.#clock.now().timestampMs + ms;
    const progress = await this.run({ untilMs });
    if (progress.idle) advance(this.#clock, untilMs);
    return progress;
  }

  /** The mail that processes sent to nobody in the system, and what could not be delivered, in order. */
  async outbound(): Promise<readonly OutboundMail[]> {
    await this.#recover();
    const mails: OutboundMail[] = [];
    for await (const commit of this.#store.commits()) mails.push(...commit.outbound);
    return mails;
  }

  /** The run so far as data, for `replay`. */
  record(): Promise<Recording> {
    return this.#enter(async () => {
      const commits: Commit[] = [];
      for await (const commit of this.#store.commits()) commits.push(commit);
      const { limits, mailbox } = this.#ledger;
      return { version: 1, seed: this.#seed, limits, mailbox, commits, digest: this.trace.digest };
    });
  }

  /** Ends all executors and closes the store, after the turn under way. What was committed stays in the store. */
  async close(): Promise<void> {
    this.#checkOpen();
    this.#closed = true;
    await this.#lane.run(async () => {
      for (const process of this.#ledger.processes.values()) await process.executor?.close();
      this.trace.close();
      await this.#store.close();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) await this.close();
  }

  readonly #host: ProcessHost = {
    send: (process, input) => this.#send(process, input),
    ask: (process, input, options) => this.#ask(process, input, options),
    dryRun: (process, input) => this.#dryRun(process, input),
    outcome: (process, slot) => this.#outcome(process, slot),
    schedule: async (process) => {
      const assignments: Assignment[] = [];
      for await (const assignment of this.#store.schedule(process.id)) assignments.push(assignment);
      return assignments;
    },
    stop: (process, reason) => this.#changeStatus(process, 'stopped', reason),
    restart: (process) => this.#changeStatus(process, 'running', 'restarted by its user'),
  };

  async #send(process: Process, input: MessageInput): Promise<Receipt> {
    for (;;) {
      const receipt = await this.#enter(() => this.#admit(process, input));
      if (receipt) return receipt;
      // The mailbox is full and set to wait: whoever waits for room makes some by running the system.
      const progress = await this.run({ done: () => process.mailbox.room > 0 || !process.running });
      if (process.mailbox.room <= 0 && process.running)
        this.#accept(progress.idle ? 'mailbox-full' : 'run-over-limit', process.id);
    }
  }

  /** Commits a message from outside; undefined if it has to wait for room. */
  async #admit(process: Process, input: MessageInput): Promise<Receipt | undefined> {
    const { mailbox } = process;
    if (process.running && mailbox.room <= 0 && mailbox.options.overflow === 'wait') return undefined;
    const origin = `outside ${this.#ledger.sequence}`;
    const message = inboundMessage(input, process.id, origin, this.#ledger, this.addresses);
    const draft = this.#engine.draft();
    this.#accept(draft.deliver({ process: process.id, message, exclude: [] }), process.id);
    const commit = await this.#engine.commit(draft);
    this.#loop.announce(commit);
    const slot = commit.assigned[0]?.assignment.slot ?? 0;
    return { id: message.id, slot, outcome: () => this.#outcome(process, slot) };
  }

  async #ask(process: Process, input: MessageInput, { timeoutMs = 60_000 }: AskOptions): Promise<Message> {
    const from = input.from ?? this.addresses.wallet;
    const tags = toTags(input.tags);
    const reference = tagValue(tags, 'Reference') ?? this.#asks.nextReference();
    const ask = this.#asks.open(from, reference);
    const own = tagValue(tags, 'Reference') === undefined ? [{ name: 'Reference', value: reference }] : [];
    let cancel = () => {};
    try {
      const receipt = await this.#send(process, { ...input, from, tags: [...tags, ...own] });
      cancel = this.#timers.set(this.#clock.now().timestampMs + timeoutMs, () => {
        ask.expired = true;
      });
      await this.#runUntil(
        () => ask.reply !== undefined || ask.expired || !process.running,
        `a reply to ${receipt.id}`,
      );
      if (ask.reply) return ask.reply;
      throw await this.#unanswered(process, receipt, timeoutMs);
    } finally {
      cancel();
      this.#asks.close(ask);
    }
  }

  async #unanswered(process: Process, receipt: Receipt, timeoutMs: number): Promise<HeddleError> {
    const outcome = await this.#store.outcome(process.id, receipt.slot);
    const facts = { process: process.id, slot: receipt.slot, timeoutMs, error: outcome?.error ?? null };
    const why = outcome?.error ? `; its slot ended with the error ${String(outcome.error)}` : '';
    return new HeddleError('ask-timeout', `no reply from ${process.id} within ${timeoutMs} ms${why}`, facts);
  }

  async #dryRun(process: Process, input: MessageInput): Promise<Outcome> {
    const slot = process.last?.slot ?? -1;
    await this.#runUntil(() => process.evaluated >= slot || !process.running, `slot ${slot} of ${process.id}`);
    return this.#enter(async () => {
      const message = inboundMessage(input, process.id, 'dry run', this.#ledger, this.addresses);
      const executor = await this.#engine.executor(process);
      if (!executor) throw this.#notRunning(process);
      return executor.dryRun({ process: process.id, message, ...this.#clock.now() });
    });
  }

  async #outcome(process: Process, slot: number): Promise<Outcome> {
    if (slot > (process.last?.slot ?? -1)) {
      throw new HeddleError('option-invalid', `${process.id} has no slot ${slot}`, { process: process.id, slot });
    }
    await this.#runUntil(() => process.evaluated >= slot || !process.running, `slot ${slot} of ${process.id}`);
    const outcome = await this.#store.outcome(process.id, slot);
    if (!outcome) throw this.#notRunning(process);
    return outcome;
  }

  #changeStatus(process: Process, status: StatusChange['status'], reason: string): Promise<void> {
    return this.#enter(async () => {
      if (status === 'running' ? process.state !== 'failed' : process.state === 'stopped') {
        const facts = { process: process.id, state: process.state };
        throw new HeddleError('lifecycle-invalid', `${process.id} is ${process.state}`, facts);
      }
      await this.#engine.status({ process: process.id, status, reason });
      if (process.running) this.#loop.announceMail(process);
    });
  }

  /** Runs until `done`; throws if that takes too many turns. Returns as well if nothing is left to do. */
  async #runUntil(done: () => boolean, what: string): Promise<void> {
    if (done()) return this.#checkOpen();
    const turns = this.#ledger.limits.turnsPerRun;
    const progress = await this.#run({ turns, done });
    if (!done() && !progress.idle) {
      throw new HeddleError('run-over-limit', `${turns} turns did not bring ${what}`, { turns });
    }
  }

  async #run(until: RunUntil): Promise<Progress> {
    await this.#enter(() => {});
    const progress = await this.#loop.run({ ...until, done: () => this.#closed || (until.done?.() ?? false) });
    this.#checkOpen();
    return progress;
  }

  /** Does `work` when nothing else is under way. */
  async #enter<T>(work: () => T | Promise<T>): Promise<T> {
    this.#checkOpen();
    await this.#recover();
    return this.#lane.run(() => {
      this.#checkOpen();
      return work();
    });
  }

  /** Takes in what the store holds of an earlier life, once, before anything else. */
  #recover(): Promise<void> {
    this.#recovery ??= recover(this.#engine, this.#loop);
    return this.#recovery;
  }

  /** Throws what keeps a delivery from its slot, and tells the trace. */
  #accept(refusal: ErrorCode | undefined, process: Id): void {
    if (!refusal) return;
    const reason = this.#ledger.processes.get(process)?.reason;
    const error = new HeddleError(refusal, `${process} takes no message${reason ? `: ${reason}` : ''}`, { process });
    this.trace.emit({ type: 'refused', process, code: refusal, reason: error.message });
    throw error;
  }

  #notRunning({ id, state, reason }: Process): HeddleError {
    const code = state === 'stopped' ? 'process-stopped' : 'process-failed';
    return new HeddleError(code, `${id} is ${state}${reason ? `: ${reason}` : ''}`, {
      process: id,
      reason: reason ?? null,
    });
  }

  #checkOpen(): void {
    if (this.#closed) throw new HeddleError('system-closed', 'the system is closed');
  }
}

/**
 * Makes an actor system.
 *
 * @example
 * ```ts
 * import { createSystem, random } from 'heddle';
 *
 * const system = createSystem({ seed: 'tuesday', scheduler: random(), limits: { mailboxMessages: 100 } });
 * console.log(system.addresses.wallet, system.now.timestampMs);
 * await system.close();
 * ```
 */
export const createSystem = (options: SystemOptions = {}): System => new System(options);
