import { HeddleError } from '../core/error.ts';
import type { Id } from '../core/id.ts';
import type { Json } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { OutboxAssignment, OutboxMessage, OutboxSpawn, Outcome } from '../core/outcome.ts';
import { type Tags, type TagsInput, tagValue, toTags } from '../core/tags.ts';
import type { DryRun, Environment } from './executor.ts';

/** What a behavior sends. */
export interface Sending {
  readonly target: string;
  readonly tags?: TagsInput;
  readonly data?: string;
  /** Virtual time to wait before it is sent. It is never sent if the sender is stopped by then. */
  readonly delayMs?: number;
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
  readonly self: Id;
  /** The address that relays between processes; a child needs it as `Authority` to trust its parent. */
  readonly authority: string | undefined;
  readonly slot: number;
  /** When the message got its slot, the only time a turn knows. */
  readonly timestampMs: number;
  readonly blockHeight: number;
  readonly #messages: OutboxMessage[] = [];
  readonly #spawns: OutboxSpawn[] = [];
  readonly #assignments: OutboxAssignment[] = [];
  readonly #environment: Environment;
  #output: Json = '';
  #over = false;

  constructor(given: DryRun, slot: number, environment: Environment) {
    this.self = environment.process.id;
    this.authority = tagValue(environment.process.tags, 'Authority');
    this.slot = slot;
    this.timestampMs = given.timestampMs;
    this.blockHeight = given.blockHeight;
    this.#environment = environment;
  }

  /**
   * Sends a message and returns the `Reference` that a reply to it carries as `X-Reference`: the one among its tags, or one
   * that no other has.
   */
  send({ target, tags, data = '', delayMs }: Sending): string {
    this.#checkRunning();
    const { reference, tags: own } = this.#tags('Message', toTags(tags));
    const message = { target, anchor: this.#anchor(), tags: own, data };
    this.#messages.push(delayMs === undefined ? message : { ...message, delayMs });
    return reference;
  }

  /** Answers `message`: goes to its `Reply-To` or else its sender, and carries the message's reference. */
  reply(message: Message, { tags, ...rest }: Omit<Sending, 'target'>): string {
    const reference = tagValue(message.tags, 'X-Reference') ?? tagValue(message.tags, 'Reference');
    const correlation = reference === undefined ? [] : [{ name: 'X-Reference', value: reference }];
    const target = tagValue(message.tags, 'Reply-To') ?? message.from;
    return this.send({ ...rest, target, tags: [...correlation, ...toTags(tags)] });
  }

  /** Spawns a process; the notice that it is there has `Action=Spawned`, `Process` and this `Reference`. */
  spawn({ module, tags, data = '' }: Spawning): string {
    this.#checkRunning();
    const { process } = this.#environment;
    const origin = [
      { name: 'From-Process', value: process.id },
      { name: 'From-Module', value: this.#environment.module.id },
      { name: 'Module', value: module },
    ];
    const { reference, tags: own } = this.#tags('Process', [...origin, ...toTags(tags)]);
    this.#spawns.push({ anchor: this.#anchor(), tags: own, data });
    return reference;
  }

  /** Has a message that is somewhere already assigned to processes as well. */
  assign(message: Id, processes: readonly Id[]): void {
    this.#checkRunning();
    this.#assignments.push({ processes: [...processes], message });
  }

  /** Sets what the turn prints. */
  output(value: Json): void {
    this.#checkRunning();
    this.#output = structuredClone(value);
  }

  /** What the turn has produced. It is over then: whoever kept it can send nothing more. */
  end(): Outcome {
    this.#over = true;
    return {
      messages: this.#messages,
      spawns: this.#spawns,
      assignments: this.#assignments,
      output: this.#output,
      gasUsed: 0n,
    };
  }

  #checkRunning(): void {
    if (this.#over) throw new HeddleError('turn-over', `the turn of slot ${this.slot} is over`, { slot: this.slot });
  }

  #tags(type: string, given: Tags): { readonly reference: string; readonly tags: Tags } {
    // Copied, since the behavior may change its own later.
    const own = given.map((tag) => ({ ...tag }));
    const chosen = tagValue(own, 'Reference');
    const reference = chosen ?? this.#reference();
    const protocol = [
      { name: 'Data-Protocol', value: 'ao' },
      { name: 'Variant', value: 'ao.TN.1' },
      { name: 'Type', value: type },
      ...(chosen === undefined ? [{ name: 'Reference', value: reference }] : []),
    ];
    return { reference, tags: [...protocol, ...own] };
  }

  // aos counts its sends for ever; slot and position name one just as well and need no state.
  #reference(): string {
    return `${this.slot}.${this.#messages.length + this.#spawns.length + 1}`;
  }

  #anchor(): string {
    return this.#reference().padStart(32, '0');
  }
}
