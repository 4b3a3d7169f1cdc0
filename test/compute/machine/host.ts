import {
  type Assignment,
  type Checkpoint,
  defaultLimits,
  type Executor,
  type Message,
  type Module,
  type Outcome,
  type PastTurn,
  type TagsInput,
  tagValue,
  toTags,
} from 'heddle';
import { unpackState } from '../../../lib/compute/packed-state.ts';

/** What is sent to a machine. */
export interface Mail {
  readonly from?: string;
  readonly data?: string;
  readonly tags?: TagsInput;
}

/** A timer that a machine set: a message to itself that is on its way. */
interface Waiting {
  readonly atMs: number;
  readonly message: Message;
}

/** One process of a machine without a system: mail gets a slot at once, and time is what the test says. */
export class Host {
  readonly id = 'P'.repeat(43);
  readonly outcomes: Outcome[] = [];
  nowMs = 1_000;
  #module: Module;
  #executor: Executor | undefined;
  #waiting: Waiting[] = [];
  readonly #past: PastTurn[] = [];

  constructor(module: Module) {
    this.#module = module;
  }

  /** Starts the process with its own item. */
  async start(item: Mail = {}): Promise<Outcome> {
    this.#executor = await this.#module.start(this.#environment);
    return this.#evaluate(this.#message({ from: 'owner', ...item }));
  }

  /** Sends a message with an action, and has it evaluated. */
  send(action: string, mail: Mail = {}): Promise<Outcome> {
    return this.#evaluate(this.#message(acting(action, mail)));
  }

  /** Has any message evaluated. */
  give(mail: Mail): Promise<Outcome> {
    return this.#evaluate(this.#message(mail));
  }

  /** Evaluates a message and forgets it. */
  async dryRun(action: string, mail: Mail = {}): Promise<Outcome> {
    return this.#running.dryRun(this.#assignment(this.#message(acting(action, mail))));
  }

  /** Lets time pass, with the timers that become due, until the process has had that many turns. */
  async advance(ms: number, mostTurns = Number.POSITIVE_INFINITY): Promise<void> {
    const untilMs = this.nowMs + ms;
    while (this.outcomes.length < mostTurns) {
      const next = this.#due(untilMs);
      if (!next) break;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      await this.#evaluate(next.message);
    }
    this.nowMs = untilMs;
  }

  /** The messages that wait for their time, as texts. */
  get timers(): readonly string[] {
    return this.#waiting.map(({ atMs, message }) => `${tagValue(message.tags, 'Event')} at ${atMs}`);
  }

  /** Delivers what waits, whether it is due or not, and once more if asked to. */
  async deliverTimers(times = 1): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { message } of waiting) for (let time = 0; time < times; time++) await this.#evaluate(message);
  }

  /** Goes on in a new executor, from a checkpoint. */
  async restart(): Promise<void> {
    const checkpoint = await this.checkpoint();
    await this.#running.close();
    this.#executor = await this.#module.start(this.#environment, checkpoint);
  }

  checkpoint(): Promise<Checkpoint> {
    return Promise.resolve(this.#running.checkpoint());
  }

  /** XState's snapshot, as a checkpoint has it. */
  async snapshot(): Promise<Snapshot> {
    const { bytes } = await this.checkpoint();
    const state = unpackState<{ snapshot: Snapshot }>(bytes);
    if (state) return state.value.snapshot;
    throw new Error('there is no state');
  }

  get #running(): Executor {
    if (this.#executor) return this.#executor;
    throw new Error('start it first');
  }

  get #environment() {
    const module = { id: this.#module.id, owner: this.#module.owner, tags: this.#module.tags };
    return {
      process: { id: this.id, owner: 'owner', tags: [] },
      module,
      limits: defaultLimits,
      supervisor: 'supervisor',
      past: (from: number) => this.#past.slice(from),
    };
  }

  #due(untilMs: number): Waiting | undefined {
    const next = this.#waiting.reduce<Waiting | undefined>(
      (first, timer) => (first && first.atMs <= timer.atMs ? first : timer),
      undefined,
    );
    if (!next || next.atMs > untilMs) return undefined;
    this.#waiting = this.#waiting.filter((timer) => timer !== next);
    return next;
  }

  async #evaluate(message: Message): Promise<Outcome> {
    const assignment = this.#assignment(message);
    const outcome = await this.#running.evaluate(assignment);
    this.outcomes.push(outcome);
    this.#past.push({ assignment, failed: Boolean(outcome.error) });
    for (const { target, tags, delayMs } of outcome.messages) {
      if (target !== this.id) continue;
      const texts = Object.fromEntries((tags ?? []).map(({ name, value }) => [name, String(value)]));
      this.#waiting.push({
        atMs: this.nowMs + (delayMs ?? 0),
        message: this.#message({ from: this.id, tags: texts }),
      });
    }
    return outcome;
  }

  #message({ from = 'stranger', data = '', tags = {} }: Mail): Message {
    const content = { owner: from, from, target: this.id, anchor: null, tags: toTags(tags), data, signature: null };
    return { ...content, id: `message ${this.outcomes.length}` };
  }

  #assignment(message: Message): Assignment {
    const slot = this.outcomes.length;
    return {
      id: `assignment ${slot}`,
      process: this.id,
      slot,
      epoch: 0,
      hashChain: '',
      timestampMs: this.nowMs,
      blockHeight: 7,
      message,
      exclude: [],
    };
  }
}

const acting = (action: string, mail: Mail): Mail => ({
  ...mail,
  tags: [{ name: 'Action', value: action }, ...toTags(mail.tags)],
});

interface Snapshot {
  readonly status: string;
  readonly value: unknown;
  readonly context: Readonly<Record<string, unknown>>;
  readonly children: Readonly<Record<string, { readonly snapshot: Snapshot }>>;
}

/** A process of a machine, started. */
export async function hosted(module: Module, item: Mail = {}): Promise<Host> {
  const host = new Host(module);
  await host.start(item);
  return host;
}

/** The tags of what an outcome sends that a machine chose itself, and to whom. */
export const sentBy = ({ messages }: Outcome): readonly string[] =>
  messages.map(({ target, tags = [], data }) => {
    const own = tags.filter(({ name }) => !['Data-Protocol', 'Variant', 'Type', 'Reference'].includes(String(name)));
    return [target, ...own.map(({ name, value }) => `${name}=${value}`), ...(data ? [data] : [])].join(' ');
  });
