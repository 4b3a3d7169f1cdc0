import { HeddleError } from '../core/error.ts';
import type { Id } from '../core/id.ts';
import type { Json } from '../core/json.ts';
import { isLazy, type Message, ownTags } from '../core/message.ts';
import { checkedOutput } from '../core/outcome.ts';
import { frozenTag, type Tags, type TagsInput, tagValue } from '../core/tags.ts';
import type { DryRun, Environment } from './executor.ts';
import { Sent } from './sent.ts';
import { quietOutcome, TurnOutcome } from './turn-outcome.ts';

/** What a behavior sends. */
export interface Sending {
  readonly target: string;
  readonly tags?: TagsInput;
  readonly data?: string;
  /** Virtual time to wait before it is sent. It is never sent if the sender is stopped by then. */
  readonly delayMs?: number;
}

/** What a behavior has sent. */
export interface Referenced {
  /** What a reply to it carries as `X-Reference`. */
  readonly reference: string;
}

/** What a behavior wants spawned: a process of the module with that id. */
export interface Spawning {
  readonly module: Id;
  readonly tags?: TagsInput;
  readonly data?: string;
}

/**
 * What a behavior sees of the world and tells it during one turn. What it sends is released when the turn is committed,
 * and is written the way aos writes it, so that aos processes understand it: each message has a `Reference` for replies
 * and an anchor.
 *
 * @example
 * ```ts
 * import { behavior, type Turn } from 'heddle';
 *
 * const tell = (turn: Turn, listeners: readonly string[]) => {
 *   for (const target of listeners) turn.send({ target, tags: { Action: 'Tick' }, data: String(turn.timestampMs) });
 * };
 * const ticker = behavior<string[]>({
 *   init: () => [],
 *   receive(listeners, message, turn) {
 *     listeners.push(message.from);
 *     tell(turn, listeners);
 *   },
 * });
 * ```
 */
export class Turn {
  readonly slot: number;
  readonly #given: DryRun;
  readonly #environment: Environment;
  /** What it has produced, if anything. */
  #outcome: TurnOutcome | undefined;
  /** Whether it is over, and what is to be done besides sending: one number, since a turn is made for every message. */
  #marks = 0;

  constructor(given: DryRun, slot: number, environment: Environment) {
    this.slot = slot;
    this.#given = given;
    this.#environment = environment;
  }

  get self(): Id {
    return this.#environment.process.id;
  }

  /** The address that relays between processes; a child needs it as `Authority` to trust its parent. */
  get authority(): string | undefined {
    return tagValue(this.#environment.process.tags, 'Authority');
  }

  /** When the message got its slot, the only time a turn knows. */
  get timestampMs(): number {
    return this.#given.timestampMs;
  }

  get blockHeight(): number {
    return this.#given.blockHeight;
  }

  /**
   * Sends a message. What is returned has the `Reference` that a reply to it carries as `X-Reference`: the one among its
   * tags, or one that no other has.
   */
  send({ target, tags, data, delayMs }: Sending): Referenced {
    return this.#send(target, copyOf(tags), data, delayMs);
  }

  /** Answers `message`: goes to its `Reply-To` or else its sender, and carries the message's reference. */
  reply(message: Message, { tags, data, delayMs }: Omit<Sending, 'target'>): Referenced {
    const reference = messageTag(message, 'X-Reference') ?? messageTag(message, 'Reference');
    const own = copyOf(tags);
    const correlated =
      reference === undefined ? own : [Object.freeze({ name: 'X-Reference', value: reference }), ...own];
    return this.#send(messageTag(message, 'Reply-To') ?? message.from, correlated, data, delayMs);
  }

  /** Spawns a process; the notice that it is there has `Action=Spawned`, `Process` and this `Reference`. */
  spawn({ module, tags, data }: Spawning): Referenced {
    if (typeof module !== 'string') throw wrongModule(module);
    const { process, module: own } = this.#environment;
    const origin = [
      { name: 'From-Process', value: process.id },
      { name: 'From-Module', value: own.id },
      { name: 'Module', value: module },
    ];
    const spawned = this.#entry(undefined, [...origin, ...copyOf(tags)], data);
    this.#producing().spawn(spawned);
    return spawned;
  }

  /** Has a message that is somewhere already assigned to processes as well. */
  assign(message: Id, processes: readonly Id[]): void {
    this.#checkRunning();
    if (!isText(message) || !Array.isArray(processes) || !processes.every(isText)) throw wrongAssignment();
    this.#producing().assign({ processes: [...processes], message });
  }

  /**
   * Has the system tell this process when another fails or is stopped, or is so already, by a message with `Action=Down`,
   * `Process`, `Status` (`failed`, `stopped` or `unknown`), why in its data, and the reference that is returned as
   * `X-Reference`. Modules of other kinds send `Action=Watch` and `Process` to the system's `addresses.supervisor`.
   */
  watch(process: Id): Referenced {
    return this.#request('Watch', 'Process', process);
  }

  unwatch(process: Id): void {
    this.#request('Unwatch', 'Process', process);
  }

  /** Binds this process to another: if one of them fails, so does the other. */
  link(process: Id): void {
    this.#request('Link', 'Process', process);
  }

  unlink(process: Id): void {
    this.#request('Unlink', 'Process', process);
  }

  /** Gives this process a name that others can write to. */
  register(name: string): void {
    this.#request('Register', 'Name', name);
  }

  unregister(name: string): void {
    this.#request('Unregister', 'Name', name);
  }

  /** Makes this process a member of a group, whose name others can write to. */
  join(group: string): void {
    this.#request('Join', 'Group', group);
  }

  leave(group: string): void {
    this.#request('Leave', 'Group', group);
  }

  /** Ends this process after this turn: it is stopped, unless it has a supervisor that always starts it again. */
  exit(reason = ''): void {
    this.#send(this.#environment.supervisor, [frozenTag('Action', 'Exit')], reason);
  }

  /** Sets what the turn prints. */
  output(value: Json): void {
    this.#checkRunning();
    this.#producing().output = checkedOutput(value);
  }

  /**
   * Sets the message of this turn aside: one that came too early for what the process is doing. `unstash` has it handled
   * again. For the rest it is a turn like any other: its slot is used, and what it changes and sends counts. What is set
   * aside is part of the state, and at most `limits.stashMessages`: one more is the fault `stash-over-limit`, whatever the
   * behavior catches. Not for `init`, whose message is the process itself: there it throws `stash-invalid`.
   *
   * @example
   * ```ts
   * import { behavior, tagValue } from 'heddle';
   *
   * const door = behavior({
   *   init: () => ({ open: false, passed: 0 }),
   *   receive(state, message, turn) {
   *     if (tagValue(message.tags, 'Action') === 'Open') {
   *       state.open = true;
   *       turn.unstash();
   *     } else if (state.open) {
   *       state.passed += 1;
   *       turn.reply(message, { data: `number ${state.passed}` });
   *     } else {
   *       turn.stash();
   *     }
   *   },
   * });
   * ```
   */
  stash(): void {
    this.#checkRunning();
    if (this.slot === 0) {
      const { id } = this.#environment.process;
      throw new HeddleError('stash-invalid', 'init cannot stash its message, the item of its process', { process: id });
    }
    this.#marks |= marks.stash;
  }

  /**
   * Has everything that was set aside before this turn handled again, as soon as `receive` returns: in the order in which
   * it was set aside, each by a call of `receive` with this same turn, whose slot and time it sees and whose outbox it
   * sends with. What is set aside again stays so, at the end, until another turn unstashes; calling this in the meantime
   * changes nothing. If one of them throws, the whole turn has failed: state and stash are as before it.
   */
  unstash(): void {
    this.#checkRunning();
    this.#marks |= marks.unstash;
  }

  /** What a turn asks for besides sending, most often nothing: a sum of {@link marks}. */
  static marksOf(turn: Turn): number {
    return turn.#marks;
  }

  /** Takes what a turn asks for, so that what it asks for next can be told apart. */
  static takeMarks(turn: Turn): number {
    const asked = turn.#marks;
    turn.#marks = 0;
    return asked;
  }

  /** What the turn has produced. It is over then: whoever kept it can send nothing more. */
  end(): TurnOutcome {
    this.#marks = over;
    return this.#outcome ?? quietOutcome;
  }

  #request(action: string, name: string, value: string): Referenced {
    return this.#send(this.#environment.supervisor, ownTags({ Action: action, [name]: value }));
  }

  #producing(): TurnOutcome {
    this.#outcome ??= new TurnOutcome();
    return this.#outcome;
  }

  #send(target: string, own: Tags, data?: string, delayMs?: number): Referenced {
    const sent = this.#entry(target, own, data, delayMs);
    if (typeof target !== 'string') throw wrongTarget(target);
    this.#producing().send(sent);
    return sent;
  }

  #entry(target: string | undefined, own: Tags, data = '', delayMs?: number): Sent {
    this.#checkRunning();
    if (typeof data !== 'string') throw wrongData(data);
    if (delayMs !== undefined && typeof delayMs !== 'number') throw wrongDelay(delayMs);
    const position = (this.#outcome?.sent ?? 0) + 1;
    return new Sent(target, own, data, delayMs, this.slot, position);
  }

  #checkRunning(): void {
    if (this.#marks === over) throw turnOver(this.slot);
  }
}

/** What a turn may ask for besides sending. */
export const marks = { stash: 1, unstash: 2 };
const over = 4;

const turnOver = (slot: number): HeddleError =>
  new HeddleError('turn-over', `the turn of slot ${slot} is over`, { slot });

const wrongTarget = (target: unknown): HeddleError =>
  new HeddleError('outbox-incomplete', `the target is ${String(target)}`);

const wrongData = (data: unknown): HeddleError => new HeddleError('data-invalid', `the data is of type ${typeof data}`);

const wrongDelay = (delayMs: unknown): HeddleError =>
  new HeddleError('outbox-incomplete', `the delay is of type ${typeof delayMs}, no number of milliseconds`);

const wrongModule = (module: unknown): HeddleError =>
  new HeddleError('module-unknown', `the module to spawn is of type ${typeof module}, not its id`);

const wrongAssignment = (): HeddleError =>
  new HeddleError('outbox-incomplete', 'an assignment is of a message id to a list of process ids');

const isText = (value: unknown): value is string => typeof value === 'string';

/** The tags that a behavior gave, copied, since it may change its own later. */
const copyOf = (tags: TagsInput | undefined): Tags => (tags === undefined ? none : ownTags(tags));

/** A message that a process of heddle sent knows its tags without making the list of them. */
const messageTag = (message: Message, name: string): string | undefined =>
  isLazy(message) ? message.tag(name) : tagValue(message.tags, name);

const none: Tags = [];
