import type { Checkpoint, Executor, StateReport } from '../compute/executor.ts';
import type { PageProof } from '../compute/page-tree.ts';
import { type Assignment, plainAssignment } from '../core/assignment.ts';
import { type Awaitable, chained, isPending } from '../core/awaitable.ts';
import { HeddleError } from '../core/error.ts';
import { checkNames, checkObject, checkText } from '../core/given.ts';
import { type Address, hashBytes, type Id } from '../core/id.ts';
import type { Message } from '../core/message.ts';
import { errorText, type Outcome, plainOutcome } from '../core/outcome.ts';
import type { StatusChange } from '../core/status-change.ts';
import { tagValue, toTags } from '../core/tags.ts';
import type { Mail } from '../process/mail.ts';
import type { Process } from '../process/process.ts';
import { Adoptions } from './adoptions.ts';
import { type Ask, type AskOptions, Asks } from './asks.ts';
import type { Deadline } from './deadlines.ts';
import type { Driver } from './driver.ts';
import { type HistoryOptions, type PastSlot, readAssignments, readHistory } from './history-reader.ts';
import { inboundMessage, type MessageInput } from './inbound.ts';
import { notRunning } from './not-running.ts';
import { checkWhole } from './options.ts';
import type { ProcessState } from './process-state.ts';
import { MailReceipt, type Receipt } from './receipt.ts';
import { WaitReport } from './wait-report.ts';

/** Somebody who waits. */
interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: HeddleError) => void;
}

/** A state of a process, and the assignment of the last slot that is in it. */
export interface ProcessCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly end: Assignment;
}

/** How many turns a look at the state goes back. */
const turnsShown = 10;

/** Does for process handles what they are asked to. */
export class ProcessHost {
  readonly adoptions: Adoptions;
  readonly #driver: Driver;
  readonly #asks = new Asks();
  /** Who waits for the end of a process. */
  readonly #ending = new Map<Process, Waiting[]>();
  readonly #waits: WaitReport;

  constructor(driver: Driver) {
    this.#driver = driver;
    this.adoptions = new Adoptions(driver);
    this.#waits = new WaitReport(driver.engine);
    driver.engine.onEnded = (process) => {
      for (const { resolve } of this.#ending.get(process) ?? []) resolve();
      this.#ending.delete(process);
    };
    driver.onClosed = (error) => {
      for (const waiting of this.#ending.values()) for (const { reject } of waiting) reject(error);
      this.#ending.clear();
    };
  }

  async ended(process: Process): Promise<StatusChange> {
    if (process.running) {
      this.#driver.checkOpen();
      await new Promise<void>((resolve, reject) => {
        this.#ending.set(process, [...(this.#ending.get(process) ?? []), { resolve, reject }]);
      });
    }
    const status = process.state === 'stopped' ? 'stopped' : 'failed';
    return { process: process.id, status, reason: process.reason ?? '' };
  }

  async send(process: Process, input: MessageInput): Promise<Receipt> {
    const admitted = this.#driver.enter(() => this.#admit(process, input));
    // Where nothing has to be waited for, waiting would cost more than the message.
    const mail = isPending(admitted) ? await admitted : admitted;
    if (mail.slot < 0) await this.#slotOf(mail, process);
    return new MailReceipt(mail, () => this.outcome(process, mail.slot));
  }

  async ask(process: Process, input: MessageInput, options: AskOptions): Promise<Message> {
    checkObject('input', input);
    const timeoutMs = timeoutOf(options);
    const { engine, deadlines } = this.#driver;
    const from = input.from ?? engine.ledger.carrier.wallet;
    if (input.from !== undefined && engine.ledger.find(from)) {
      throw new HeddleError('sender-invalid', `a reply to ${from} would go to that process, not to who asks`, { from });
    }
    const known = input.tags === undefined ? undefined : tagValue(toTags(input.tags), 'Reference');
    const reference = known ?? this.#asks.nextReference(engine.ledger.records);
    const ask = this.#open(from, reference);
    let deadline: Deadline | undefined;
    try {
      const admitted = this.#driver.enterToRun(() =>
        this.#admit(process, input, known === undefined ? reference : undefined),
      );
      const mail = isPending(admitted) ? await admitted : admitted;
      if (mail.slot < 0) await this.#slotOf(mail, process);
      const until = deadlines.set(engine.clock.now().timestampMs + timeoutMs);
      deadline = until;
      const isOver = () => ask.reply !== undefined || until.isOver || !process.running;
      // What was called together with it goes first.
      await undefined;
      const run = this.#driver.runAtOnce(isOver, () => `a reply to ${mail.message.id}`);
      if (isPending(run)) await run;
      return ask.reply ?? (await this.#unanswered(process, mail, timeoutMs));
    } finally {
      if (deadline) deadlines.cancel(deadline);
      this.#close(ask);
    }
  }

  async dryRun(process: Process, input: MessageInput): Promise<Outcome> {
    const { engine } = this.#driver;
    await this.#allEvaluated(process);
    return this.#driver.enter(async () => {
      const message = inboundMessage(input, process, engine.ledger, { dryRun: true });
      if (!process.running) throw notRunning(process);
      return engine.dryRun(process, message);
    });
  }

  state(process: Process): Promise<ProcessState> {
    return this.#withExecutor(process, async (executor) => {
      const slot = process.evaluated;
      const outcomes = this.#driver.engine.history.newest(process, turnsShown);
      return { ...(await stateOf(executor)), slot, gasUsed: outcomes.map(({ gasUsed }) => gasUsed) };
    });
  }

  async checkpoint(process: Process): Promise<ProcessCheckpoint> {
    const { id } = process;
    await this.#allEvaluated(process);
    return this.#driver.enter(async () => {
      if (!process.running) throw notRunning(process);
      const { engine } = this.#driver;
      // Others may have sent more since.
      const { evaluated: slot } = process;
      const [newest] = engine.history.past(process, slot);
      if (!newest) throw new HeddleError('slot-unavailable', `${id} has had no slot here`, { process: id, slot });
      const end = plainAssignment(newest.assignment);
      return engine.look(process, async (executor) => ({ checkpoint: await executor.checkpoint(), end }));
    });
  }

  proof(process: Process, page: number): Promise<PageProof> {
    return this.#withExecutor(process, (executor) => {
      if (executor.proof) return executor.proof(page);
      throw new HeddleError('option-invalid', `the state of ${process.id} has no pages`, { process: process.id });
    });
  }

  async outcome(process: Process, slot: number): Promise<Outcome> {
    if (!Number.isSafeInteger(slot) || slot < 0 || slot >= process.slots) {
      throw new HeddleError('option-invalid', `${process.id} has no slot ${slot}`, { process: process.id, slot });
    }
    await this.#evaluated(process, slot);
    const outcome = this.#stored(process, slot);
    if (!outcome) throw notRunning(process);
    return plainOutcome(outcome);
  }

  async schedule(process: Process): Promise<readonly Assignment[]> {
    return this.#driver.enter(() => readAssignments(this.#driver.engine, process));
  }

  history(process: Process, options: HistoryOptions): AsyncIterable<PastSlot> {
    return readHistory(this.#driver, process, options);
  }

  async stop(process: Process, reason: string): Promise<void> {
    checkText('reason', reason);
    return this.#driver.enter(() => {
      if (process.state === 'stopped') throw notRunning(process);
      return this.changeStatus(process, 'stopped', reason);
    });
  }

  async restart(process: Process): Promise<void> {
    return this.#driver.enter(() => {
      if (process.state === 'failed') return this.changeStatus(process, 'running', 'restarted by its user');
      const facts = { process: process.id, state: process.state };
      throw new HeddleError('lifecycle-invalid', `${process.id} is ${process.state}, not failed`, facts);
    });
  }

  /** Lets in a message from outside. It has no slot yet if it has to wait for room in the mailbox. */
  #admit(process: Process, input: MessageInput, reference?: string): Mail {
    const { engine } = this.#driver;
    const message = inboundMessage(input, process, engine.ledger, { reference });
    return this.#driver.accepted(engine.admit(process, message), process, () => process.id);
  }

  /** Waits until a message that waits for one has its slot, running the system until there is room. */
  async #slotOf(mail: Mail, process: Process): Promise<void> {
    const { id } = mail.message;
    try {
      const done = () => mail.slot >= 0 || !process.running;
      await this.#driver.runUntil(done, () => `room in the mailbox of ${process.id}`);
    } catch (error) {
      throw error instanceof HeddleError && error.code === 'system-closed' ? waiting(process, id) : error;
    }
    if (mail.slot >= 0) return;
    if (process.state === 'stopped') throw notRunning(process);
    throw waiting(process, id);
  }

  #open(from: Address, reference: string): Ask {
    const { trace } = this.#driver.engine;
    trace.onOutbound ??= (message) => this.#asks.outbound(message);
    return this.#asks.open(from, reference);
  }

  #close(ask: Ask): void {
    this.#asks.close(ask);
    if (!this.#asks.empty) return;
    this.#driver.engine.trace.onOutbound = undefined;
    this.#waits.clear();
  }

  /** Looks at the executor of a process that has evaluated all its mail. */
  async #withExecutor<T>(process: Process, look: (executor: Executor) => Awaitable<T>): Promise<T> {
    await this.#allEvaluated(process);
    return this.#driver.enter(async () => {
      if (!process.running) throw notRunning(process);
      return this.#driver.engine.look(process, look);
    });
  }

  #stored(process: Process, slot: number): Outcome | undefined {
    return this.#driver.engine.history.outcome(process, slot);
  }

  #evaluated(process: Process, slot: number): Promise<void> {
    const done = () => process.evaluated >= slot || !process.running;
    return this.#driver.runUntil(done, () => `slot ${slot} of ${process.id}`);
  }

  /** Waits until a process has evaluated its mail, and is not backing off either. */
  #allEvaluated(process: Process): Promise<void> {
    const slot = process.slots - 1;
    const done = () => !process.running || (process.evaluated >= slot && process.takesTurns);
    return this.#driver.runUntil(done, () => `slot ${slot} of ${process.id}`);
  }

  /** Commits a decision about a process, which goes on if it may. */
  changeStatus(process: Process, status: StatusChange['status'], reason: string): Awaitable<void> {
    return chained(this.#driver.engine.status(process, status, reason), () => this.#goOn(process));
  }

  #goOn(process: Process): Awaitable<void> {
    if (!process.running) return;
    this.#driver.engine.turns.oweMail(process);
    this.#driver.engine.executors.announceAgain(process);
    // Its waiting mail may have its time by now.
    return this.#driver.agenda.catchUp();
  }

  async #unanswered(process: Process, { slot, position }: Mail, timeoutMs: number): Promise<never> {
    if (position < this.#driver.engine.log.trimmed) {
      const what = `no reply from ${process.id} within ${timeoutMs} ms; the history of why was trimmed`;
      throw new HeddleError('ask-timeout', what, { process: process.id, slot, timeoutMs });
    }
    const outcome = this.#stored(process, slot);
    if (!outcome && !process.running) throw notRunning(process);
    const error = outcome?.error ? errorText(outcome) : undefined;
    const { why, facts } = this.#waits.of({ to: process, slot: outcome && slot, position, error });
    throw new HeddleError('ask-timeout', `no reply from ${process.id} within ${timeoutMs} ms; ${why}`, {
      process: process.id,
      slot,
      timeoutMs,
      error: outcome?.error ?? null,
      ...facts,
    });
  }
}

function timeoutOf(options: AskOptions): number {
  checkObject('options', options);
  const { timeoutMs } = options;
  // Whoever gives it has not given it by another name.
  if (timeoutMs === undefined) checkNames(options, ['timeoutMs']);
  else checkWhole('timeoutMs', timeoutMs);
  return timeoutMs ?? 60_000;
}

async function stateOf(executor: Executor): Promise<StateReport> {
  if (executor.state) return executor.state();
  const { bytes } = await executor.checkpoint();
  return { memoryBytes: bytes.length, liveBytes: bytes.length, digest: hashBytes(bytes) };
}

const waiting = ({ id, state }: Process, message: Id): HeddleError =>
  new HeddleError('delivery-waiting', `${message} has no slot of ${id}, which is ${state}`, { process: id, message });
