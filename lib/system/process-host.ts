import type { Executor, StateReport } from '../compute/executor.ts';
import type { PageProof } from '../compute/page-tree.ts';
import type { Assignment } from '../core/assignment.ts';
import type { Awaitable } from '../core/awaitable.ts';
import type { StatusChange } from '../core/commit.ts';
import { HeddleError } from '../core/error.ts';
import { hashBytes, type Id } from '../core/id.ts';
import type { Message } from '../core/message.ts';
import { errorText, type Outcome } from '../core/outcome.ts';
import { tagValue, toTags } from '../core/tags.ts';
import type { Process } from '../process/process.ts';
import { inStore } from '../store/guard.ts';
import { type AskOptions, Asks } from './asks.ts';
import type { Driver } from './driver.ts';
import { inboundMessage, type MessageInput } from './inbound.ts';
import { checkWhole } from './options.ts';
import type { ProcessState } from './process-state.ts';
import type { Receipt } from './receipt.ts';

/** How many turns a look at the state goes back. */
const turnsShown = 10;

/** Does for process handles what they are asked to. */
export class ProcessHost {
  readonly #driver: Driver;
  readonly #asks = new Asks();
  /** The slots of messages from outside that had to wait for one, once they have it. */
  readonly #unassigned = new Map<Id, number | undefined>();

  constructor(driver: Driver) {
    this.#driver = driver;
    driver.engine.trace.subscribe((event) => {
      if (event.type === 'outbound') this.#asks.outbound(event.mail);
      if (event.type !== 'assigned' || this.#unassigned.size === 0) return;
      const { message, slot } = event.assignment;
      if (this.#unassigned.has(message.id)) this.#unassigned.set(message.id, slot);
    });
  }

  async send(process: Process, input: MessageInput): Promise<Receipt> {
    const { id, slot } = await this.#driver.enter(() => this.#admit(process, input));
    const assigned = slot ?? (await this.#slotOf(id, process));
    return { id, slot: assigned, outcome: () => this.outcome(process, assigned) };
  }

  async ask(process: Process, input: MessageInput, { timeoutMs = 60_000 }: AskOptions): Promise<Message> {
    checkWhole('timeoutMs', timeoutMs);
    const { engine, deadlines } = this.#driver;
    const from = input.from ?? engine.addresses.wallet;
    if (engine.ledger.processes.has(from)) {
      throw new HeddleError('sender-invalid', `a reply to ${from} would go to that process, not to who asks`, { from });
    }
    const given = toTags(input.tags);
    const known = tagValue(given, 'Reference');
    const reference = known ?? this.#asks.nextReference(engine.ledger.sequence);
    const tags = known === undefined ? [...given, { name: 'Reference', value: reference }] : given;
    const ask = this.#asks.open(from, reference);
    let cancel = () => {};
    try {
      const receipt = await this.send(process, { ...input, from, tags });
      cancel = deadlines.set(engine.clock.now().timestampMs + timeoutMs, () => {
        ask.expired = true;
      });
      const done = () => ask.reply !== undefined || ask.expired || !process.running;
      await this.#driver.runUntil(done, `a reply to ${receipt.id}`);
      return ask.reply ?? (await this.#unanswered(process, receipt, timeoutMs));
    } finally {
      cancel();
      this.#asks.close(ask);
    }
  }

  async dryRun(process: Process, input: MessageInput): Promise<Outcome> {
    const { engine } = this.#driver;
    await this.#evaluated(process, process.last?.slot ?? -1);
    return this.#driver.enter(async () => {
      const message = inboundMessage(input, process.id, 'dry run', engine.ledger, engine.addresses);
      if (!process.running) throw notRunning(process);
      return engine.dryRun(process, message);
    });
  }

  state(process: Process): Promise<ProcessState> {
    return this.#withExecutor(process, async (executor) => {
      const slot = process.evaluated;
      const slots = Array.from({ length: Math.min(turnsShown, slot + 1) }, (_, back) => slot - back).reverse();
      const outcomes = await Promise.all(slots.map((at) => this.#stored(process, at)));
      return { ...(await stateOf(executor)), slot, gasUsed: outcomes.map((outcome) => outcome?.gasUsed ?? 0n) };
    });
  }

  proof(process: Process, page: number): Promise<PageProof> {
    return this.#withExecutor(process, (executor) => {
      if (executor.proof) return executor.proof(page);
      throw new HeddleError('option-invalid', `the state of ${process.id} has no pages`, { process: process.id });
    });
  }

  async outcome(process: Process, slot: number): Promise<Outcome> {
    if (!Number.isSafeInteger(slot) || slot < 0 || slot > (process.last?.slot ?? -1)) {
      throw new HeddleError('option-invalid', `${process.id} has no slot ${slot}`, { process: process.id, slot });
    }
    await this.#evaluated(process, slot);
    const outcome = await this.#stored(process, slot);
    if (!outcome) throw notRunning(process);
    return outcome;
  }

  schedule(process: Process): Promise<readonly Assignment[]> {
    const { store } = this.#driver.engine;
    const all = async () => {
      const assignments: Assignment[] = [];
      for await (const assignment of store.schedule(process.id)) assignments.push(assignment);
      return assignments;
    };
    return this.#driver.enter(() => inStore('a schedule was not read', all));
  }

  stop(process: Process, reason: string): Promise<void> {
    return this.#driver.enter(() => {
      if (process.state === 'stopped') throw notRunning(process);
      return this.#changeStatus(process, 'stopped', reason);
    });
  }

  restart(process: Process): Promise<void> {
    return this.#driver.enter(() => {
      if (process.state === 'failed') return this.#changeStatus(process, 'running', 'restarted by its user');
      const facts = { process: process.id, state: process.state };
      throw new HeddleError('lifecycle-invalid', `${process.id} is ${process.state}, not failed`, facts);
    });
  }

  /** Commits a message from outside. It has no slot yet if it has to wait for room in the mailbox. */
  async #admit(process: Process, input: MessageInput): Promise<{ readonly id: Id; readonly slot: number | undefined }> {
    const { engine } = this.#driver;
    const origin = `outside ${engine.ledger.sequence}`;
    const message = inboundMessage(input, process.id, origin, engine.ledger, engine.addresses);
    const draft = engine.draft();
    this.#driver.accept(draft.deliver({ process: process.id, message, exclude: [] }), process.id);
    const { assigned } = await engine.commit(draft);
    const slot = assigned[0]?.assignment.slot;
    if (slot === undefined) this.#unassigned.set(message.id, undefined);
    return { id: message.id, slot };
  }

  /** The slot of a message that waits for one, running the system until there is room. */
  async #slotOf(message: Id, process: Process): Promise<number> {
    try {
      const done = () => this.#unassigned.get(message) !== undefined || !process.running;
      await this.#driver.runUntil(done, `room in the mailbox of ${process.id}`);
      const slot = this.#unassigned.get(message);
      if (slot !== undefined) return slot;
      if (process.state === 'stopped') throw notRunning(process);
      throw waiting(process, message);
    } catch (error) {
      throw error instanceof HeddleError && error.code === 'system-closed' ? waiting(process, message) : error;
    } finally {
      this.#unassigned.delete(message);
    }
  }

  /** Looks at the executor of a process that has evaluated all its mail. */
  async #withExecutor<T>(process: Process, look: (executor: Executor) => Awaitable<T>): Promise<T> {
    await this.#evaluated(process, process.last?.slot ?? -1);
    return this.#driver.enter(async () => {
      if (!process.running) throw notRunning(process);
      return this.#driver.engine.look(process, look);
    });
  }

  #stored(process: Process, slot: number): Promise<Outcome | undefined> {
    const { store } = this.#driver.engine;
    return inStore('an outcome was not read', () => store.outcome(process.id, slot));
  }

  #evaluated(process: Process, slot: number): Promise<void> {
    return this.#driver.runUntil(() => process.evaluated >= slot || !process.running, `slot ${slot} of ${process.id}`);
  }

  async #changeStatus(process: Process, status: StatusChange['status'], reason: string): Promise<void> {
    await this.#driver.engine.status({ process: process.id, status, reason });
    if (!process.running) return;
    this.#driver.engine.turns.oweMail(process);
    this.#driver.engine.executors.announceAgain(process);
  }

  async #unanswered(process: Process, { slot }: Receipt, timeoutMs: number): Promise<never> {
    const outcome = await this.#stored(process, slot);
    if (!outcome && !process.running) throw notRunning(process);
    const facts = { process: process.id, slot, timeoutMs, error: outcome?.error ?? null };
    const why = outcome?.error ? `; its slot ended with the error ${errorText(outcome)}` : '';
    throw new HeddleError('ask-timeout', `no reply from ${process.id} within ${timeoutMs} ms${why}`, facts);
  }
}

async function stateOf(executor: Executor): Promise<StateReport> {
  if (executor.state) return executor.state();
  const { bytes } = await executor.checkpoint();
  return { memoryBytes: bytes.length, liveBytes: bytes.length, digest: hashBytes(bytes) };
}

const waiting = ({ id, state }: Process, message: Id): HeddleError =>
  new HeddleError('delivery-waiting', `${message} has no slot of ${id}, which is ${state}`, { process: id, message });

function notRunning({ id, state, reason }: Process): HeddleError {
  const code = state === 'stopped' ? 'process-stopped' : 'process-failed';
  const why = reason === undefined ? '' : `: ${reason}`;
  return new HeddleError(code, `${id} is ${state}${why}`, { process: id, reason: reason ?? null });
}
