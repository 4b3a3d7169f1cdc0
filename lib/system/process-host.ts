import type { Assignment } from '../core/assignment.ts';
import type { StatusChange } from '../core/commit.ts';
import { HeddleError } from '../core/error.ts';
import type { Message } from '../core/message.ts';
import type { Outcome } from '../core/outcome.ts';
import { tagValue, toTags } from '../core/tags.ts';
import type { Process } from '../process/process.ts';
import { type AskOptions, Asks } from './asks.ts';
import type { Driver } from './driver.ts';
import { inboundMessage, type MessageInput } from './inbound.ts';
import { checkSpan } from './options.ts';
import type { Receipt } from './receipt.ts';

/** Does for process handles what they are asked to. */
export class ProcessHost {
  readonly #driver: Driver;
  readonly #asks = new Asks();

  constructor(driver: Driver) {
    this.#driver = driver;
    driver.engine.trace.subscribe((event) => {
      if (event.type === 'outbound') this.#asks.outbound(event.mail);
    });
  }

  async send(process: Process, input: MessageInput): Promise<Receipt> {
    const driver = this.#driver;
    for (;;) {
      const receipt = await driver.enter(() => this.#admit(process, input));
      if (receipt) return receipt;
      // The mailbox is full and set to wait: whoever waits for room makes some by running the system.
      const progress = await driver.run({ done: () => process.mailbox.room > 0 || !process.running });
      if (process.mailbox.room > 0 || !process.running) continue;
      driver.accept(progress.idle ? 'mailbox-full' : 'run-over-limit', process.id);
    }
  }

  async ask(process: Process, input: MessageInput, { timeoutMs = 60_000 }: AskOptions): Promise<Message> {
    checkSpan('timeoutMs', timeoutMs);
    const { engine, timers } = this.#driver;
    const from = input.from ?? engine.addresses.wallet;
    const given = toTags(input.tags);
    const known = tagValue(given, 'Reference');
    const reference = known ?? this.#asks.nextReference();
    const tags = known === undefined ? [...given, { name: 'Reference', value: reference }] : given;
    const ask = this.#asks.open(from, reference);
    let cancel = () => {};
    try {
      const receipt = await this.send(process, { ...input, from, tags });
      cancel = timers.set(engine.clock.now().timestampMs + timeoutMs, () => {
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
      const outcome = await engine.dryRun(process, message);
      if (!outcome) throw notRunning(process);
      return outcome;
    });
  }

  async outcome(process: Process, slot: number): Promise<Outcome> {
    if (slot > (process.last?.slot ?? -1)) {
      throw new HeddleError('option-invalid', `${process.id} has no slot ${slot}`, { process: process.id, slot });
    }
    await this.#evaluated(process, slot);
    const outcome = await this.#driver.engine.store.outcome(process.id, slot);
    if (!outcome) throw notRunning(process);
    return outcome;
  }

  schedule(process: Process): Promise<readonly Assignment[]> {
    return this.#driver.enter(async () => {
      const assignments: Assignment[] = [];
      for await (const assignment of this.#driver.engine.store.schedule(process.id)) assignments.push(assignment);
      return assignments;
    });
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

  /** Commits a message from outside; undefined if it has to wait for room. */
  async #admit(process: Process, input: MessageInput): Promise<Receipt | undefined> {
    const { engine, loop } = this.#driver;
    const { mailbox } = process;
    const origin = `outside ${engine.ledger.sequence}`;
    const message = inboundMessage(input, process.id, origin, engine.ledger, engine.addresses);
    if (process.running && mailbox.room <= 0 && mailbox.options.overflow === 'wait') return undefined;
    const draft = engine.draft();
    this.#driver.accept(draft.deliver({ process: process.id, message, exclude: [] }), process.id);
    const commit = await engine.commit(draft);
    loop.announce(commit);
    const slot = commit.assigned[0]?.assignment.slot ?? 0;
    return { id: message.id, slot, outcome: () => this.outcome(process, slot) };
  }

  #evaluated(process: Process, slot: number): Promise<void> {
    return this.#driver.runUntil(() => process.evaluated >= slot || !process.running, `slot ${slot} of ${process.id}`);
  }

  async #changeStatus(process: Process, status: StatusChange['status'], reason: string): Promise<void> {
    await this.#driver.engine.status({ process: process.id, status, reason });
    if (process.running) this.#driver.loop.announceMail(process);
  }

  async #unanswered(process: Process, { slot }: Receipt, timeoutMs: number): Promise<never> {
    const outcome = await this.#driver.engine.store.outcome(process.id, slot);
    if (!outcome && !process.running) throw notRunning(process);
    const facts = { process: process.id, slot, timeoutMs, error: outcome?.error ?? null };
    const why = outcome?.error ? `; its slot ended with the error ${String(outcome.error)}` : '';
    throw new HeddleError('ask-timeout', `no reply from ${process.id} within ${timeoutMs} ms${why}`, facts);
  }
}

function notRunning({ id, state, reason }: Process): HeddleError {
  const code = state === 'stopped' ? 'process-stopped' : 'process-failed';
  const why = reason === undefined ? '' : `: ${reason}`;
  return new HeddleError(code, `${id} is ${state}${why}`, { process: id, reason: reason ?? null });
}
