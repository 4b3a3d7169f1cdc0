import type { PageProof } from '../compute/page-tree.ts';
import type { Assignment } from '../core/assignment.ts';
import type { Address, Id } from '../core/id.ts';
import type { Message } from '../core/message.ts';
import type { Outcome } from '../core/outcome.ts';
import type { StatusChange } from '../core/status-change.ts';
import type { Tags } from '../core/tags.ts';
import type { LifecycleState } from '../core/trace-event.ts';
import type { Process } from '../process/process.ts';
import type { ChainEnd } from '../schedule/hash-chain.ts';
import type { AskOptions } from './asks.ts';
import type { HistoryOptions, PastSlot } from './history-reader.ts';
import type { MessageInput } from './inbound.ts';
import type { ProcessCheckpoint, ProcessHost } from './process-host.ts';
import type { ProcessState } from './process-state.ts';
import type { Receipt } from './receipt.ts';

/** How far a process has come. */
export interface ProcessStatus {
  readonly state: LifecycleState;
  /** Why it failed or was stopped. */
  readonly reason?: string;
  /** Slots assigned, evaluated or not. */
  readonly slots: number;
  /** Slots not evaluated yet. */
  readonly mail: number;
  /** Deliveries that wait for room in the mailbox. */
  readonly waiting: number;
  /** Whether its slots are given elsewhere, from where it was adopted. */
  readonly followed: boolean;
  /** The hash chain at the newest slot, computed when it is read. */
  readonly hashChain: Id | undefined;
}

/**
 * One process of a system, to send to and look at.
 *
 * @example
 * ```ts
 * import { behavior, createSystem } from 'heddle';
 *
 * const system = createSystem();
 * const echo = behavior({
 *   init: () => 0,
 *   receive: (heard, message, turn) => {
 *     turn.reply(message, { data: message.data });
 *     return heard + 1;
 *   },
 * });
 * const process = await system.spawn(echo, { name: 'echo' });
 * const receipt = await process.send({ tags: { Action: 'Say' }, data: 'hello' });
 * const outcome = await receipt.outcome();
 * console.log(receipt.slot, outcome.messages.length); // 1 1
 * ```
 */
export class ProcessHandle {
  readonly #process: Process;
  readonly #host: ProcessHost;

  constructor(process: Process, host: ProcessHost) {
    this.#process = process;
    this.#host = host;
  }

  get id(): Id {
    return this.#process.id;
  }

  get owner(): Address {
    return this.#process.item.owner;
  }

  get tags(): Tags {
    return this.#process.item.tags;
  }

  /** The id and hash chain of its newest assignment, computed when it is read; undefined before the first. */
  get end(): ChainEnd | undefined {
    const { id, hashChain } = this.#process.end ?? {};
    return id === undefined || hashChain === undefined ? undefined : { id, hashChain };
  }

  get status(): ProcessStatus {
    const process = this.#process;
    const { state, reason, slots, mailbox } = process;
    return {
      state,
      ...(reason !== undefined && { reason }),
      slots,
      followed: process.followed,
      mail: mailbox.length,
      waiting: mailbox.waitingLength,
      get hashChain() {
        return process.end?.hashChain;
      },
    };
  }

  /** Gives a message its slot. It is evaluated when the system runs. A full mailbox waits or refuses as it was set up. */
  send(input: MessageInput = {}): Promise<Receipt> {
    return this.#host.send(this.#process, input);
  }

  /**
   * Sends a message and runs the system until a reply to it arrives: one that goes to the sender and carries the
   * message's `Reference` as `X-Reference`, as `reply` in aos does. Without one it throws `ask-timeout`, which says for
   * whom the process waits, by the references of what was sent because of the message: `facts.waitsFor` holds the pairs of
   * ids, the nearest first, and `facts.chain` the row of them that ends at a cycle or at whoever gave no answer. A message
   * that wants no reply looks like one that has none.
   */
  ask(input: MessageInput = {}, options: AskOptions = {}): Promise<Message> {
    return this.#host.ask(this.#process, input, options);
  }

  /** Evaluates a message on the state after all assigned mail and forgets it: no slot, no change, nothing sent. */
  dryRun(input: MessageInput = {}): Promise<Outcome> {
    return this.#host.dryRun(this.#process, input);
  }

  /** How large the state after all assigned mail is, what identifies it, and what the last turns cost. */
  state(): Promise<ProcessState> {
    return this.#host.state(this.#process);
  }

  /**
   * The state after all assigned mail, and the assignment of that slot: what `system.adopt` goes on from elsewhere. Throws
   * `slot-unavailable` if the process was adopted and has had no slot since.
   */
  checkpoint(): Promise<ProcessCheckpoint> {
    return this.#host.checkpoint(this.#process);
  }

  /** Shows that a page of the state belongs to its digest, for `verifyPage`. Only for Wasm processes. */
  proof(page: number): Promise<PageProof> {
    return this.#host.proof(this.#process, page);
  }

  /** The outcome of a slot, running the system if it is not evaluated yet. */
  outcome(slot: number): Promise<Outcome> {
    return this.#host.outcome(this.#process, slot);
  }

  /** All assignments so far, in order. */
  schedule(): Promise<readonly Assignment[]> {
    return this.#host.schedule(this.#process);
  }

  /**
   * The slots that are evaluated, in order, with their outcomes, a few at a time: however many they are, little of them is in
   * memory.
   *
   * @example
   * ```ts
   * import type { ProcessHandle } from 'heddle';
   *
   * async function print(process: ProcessHandle) {
   *   for await (const { assignment, outcome } of process.history({ from: 10 })) {
   *     console.log(assignment.slot, assignment.message.id, outcome.messages.length);
   *   }
   * }
   * ```
   */
  history(options: HistoryOptions = {}): AsyncIterable<PastSlot> {
    return this.#host.history(this.#process, options);
  }

  /**
   * Takes in the next slots of a process that was adopted: they are evaluated when the system runs, and what they send is kept
   * back, since it was sent where they were given. Throws `assignment-invalid` at the first that does not go on from the one
   * before; those before it are taken.
   */
  follow(assignments: Iterable<Assignment>): Promise<void> {
    return this.#host.adoptions.follow(this.#process, assignments);
  }

  /**
   * Gives an adopted process its slots here from now on, which its scheduler alone may do: the system's signer must be
   * the one that its `Scheduler` tag names. Make sure that all slots that were ever given are taken in, and that nobody else
   * gives any: two schedules under one signature cannot be told apart. Throws `process-elsewhere`.
   */
  takeOver(): Promise<void> {
    return this.#host.adoptions.takeOver(this.#process);
  }

  /** Ends the process for good: it takes no more mail, and what is in its mailbox stays unevaluated. */
  stop(reason = 'stopped by its user'): Promise<void> {
    return this.#host.stop(this.#process, reason);
  }

  /** Waits until it fails or is stopped, and says why; it is told at once if it has. The system runs when others run it. */
  ended(): Promise<StatusChange> {
    return this.#host.ended(this.#process);
  }

  /** Starts a failed process again where it failed, with a new restart budget. */
  restart(): Promise<void> {
    return this.#host.restart(this.#process);
  }
}
