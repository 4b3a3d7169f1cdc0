import type { Environment, Executor, Identity, Module, PastTurn } from '../compute/executor.ts';
import type { Awaitable } from '../core/awaitable.ts';
import { HeddleError } from '../core/error.ts';
import type { Address, Id } from '../core/id.ts';
import type { Limits } from '../core/limits.ts';
import type { LazyMessage } from '../core/message.ts';
import type { Outcome } from '../core/outcome.ts';
import { Queue } from '../core/queue.ts';
import type { Tag } from '../core/tags.ts';
import type { LifecycleState } from '../core/trace-event.ts';
import type { Assigner } from '../schedule/assign.ts';
import type { ChainEnd } from '../schedule/hash-chain.ts';
import type { Runnable } from '../schedule/scheduler.ts';
import type { Adoption, Base, Earlier } from './adoption.ts';
import { Chain, type ChainPoint } from './chain.ts';
import { type LifecycleEvent, lifecycleTable } from './lifecycle.ts';
import type { Mail, Recipient } from './mail.ts';
import { Mailbox, type MailboxOptions } from './mailbox.ts';
import { RestartBudget } from './restart-budget.ts';

/** A turn whose outcome is committed, and its mail. */
export interface PastMail extends PastTurn {
  readonly assignment: Mail;
}

/** What the processes of a system have in common. */
export interface Surroundings {
  readonly limits: Limits;
  /** Who assigns slots. */
  readonly assigner: Assigner;
  /** The address that takes what processes ask of the system. */
  readonly supervisor: Address;
  /** The committed turns of a process from a slot on. */
  past(process: Process, fromSlot: number): Iterable<PastMail>;
}

/**
 * One AO process: what it is, how far its schedule and its state have come, and the executor that keeps it warm. There
 * may be a million of them, so what most of them never need is made when it is needed.
 */
export class Process implements Runnable, Recipient, Environment {
  // What a turn reads stands together, first: in a large system it is in no cache.
  readonly index: number;
  readonly mailbox = new Mailbox();
  /** How many slots were given. */
  slots = 0;
  /** The last slot whose outcome is committed; -1 before the first. */
  evaluated = -1;
  /** The position in the log of its newest turn; -1 before the first. */
  lastTurn = -1;
  owed = 0;
  #state = loading;
  /** Its executor once it is up. */
  executor: Executor | undefined = undefined;
  #ahead: Queue<Awaitable<Outcome>> | undefined;
  #earlier: Earlier | undefined;
  readonly module: Module;
  readonly item: LazyMessage;
  readonly surroundings: Surroundings;
  /** Which of the deliveries of its item's record the item is. */
  readonly itemIndex: number;
  /** How many timers it has set that have not fired. */
  timers = 0;
  /** The executor that is being brought up, or was. */
  started: Awaitable<Executor> | undefined = undefined;
  /** Why it failed or was stopped. */
  reason: string | undefined = undefined;
  #budget: RestartBudget | undefined;
  #chain: Chain | undefined;
  #fromTags: readonly Tag[] | undefined;

  constructor(
    index: number,
    item: LazyMessage,
    itemIndex: number,
    module: Module,
    surroundings: Surroundings,
    adoption?: Adoption,
  ) {
    this.index = index;
    this.itemIndex = itemIndex;
    this.item = item;
    this.module = module;
    this.surroundings = surroundings;
    if (!adoption) return;
    this.#earlier = { adoption, chainPoint: adoption.base };
    if (!adoption.base) return;
    this.evaluated = adoption.base.slot;
    this.slots = this.evaluated + 1;
  }

  get id(): Id {
    return this.item.id;
  }

  get state(): LifecycleState {
    return lifecycleTable.states[this.#state] ?? 'loading';
  }

  /** Whether it takes mail and runs turns; false once it has failed or was stopped. */
  get running(): boolean {
    return this.#state < failed;
  }

  /** Whether it may be given a turn now. */
  get takesTurns(): boolean {
    return this.#state < backingOff;
  }

  /** Whether it takes mail of so many bytes at once, and nothing else has to be looked at: most do. */
  takes(bytes: number, most: MailboxOptions): boolean {
    return this.#state < failed && this.#earlier?.adoption === undefined && this.mailbox.takes(bytes, most);
  }

  /** That it began elsewhere, if it did. */
  get adoption(): Adoption | undefined {
    return this.#earlier?.adoption;
  }

  /** What it goes on from, if its first slots are not here. */
  get base(): Base | undefined {
    return this.adoption?.base;
  }

  /** Whether somebody else gives it its slots. */
  get followed(): boolean {
    return this.adoption?.isFollowed === true;
  }

  /** Its slots are given here from now on. */
  takeOver(): void {
    if (this.adoption) this.adoption.isFollowed = false;
  }

  get budget(): RestartBudget {
    this.#budget ??= new RestartBudget(this.surroundings.limits);
    return this.#budget;
  }

  /** The one that its supervisor allows it. */
  set budget(budget: RestartBudget) {
    this.#budget = budget;
  }

  /** The outcomes of the first messages in the mailbox, evaluated or begun with before their turns. */
  get ahead(): Queue<Awaitable<Outcome>> {
    this.#ahead ??= new Queue();
    return this.#ahead;
  }

  get aheadLength(): number {
    return this.#ahead?.length ?? 0;
  }

  /** Its newest assignment. */
  get last(): Mail | undefined {
    if (this.mailbox.last) return this.mailbox.last;
    const [newest] = this.surroundings.past(this, this.evaluated);
    return newest?.assignment;
  }

  /** The end of its schedule, which the next assignment continues; undefined before the first. */
  get end(): ChainEnd | undefined {
    const point = this.chainPoint;
    return point && point.slot === this.slots - 1 ? point : this.last;
  }

  /** From where on its hash chain is computed where the turns before are not there any more. */
  get chainPoint(): ChainPoint | undefined {
    return this.#earlier?.chainPoint;
  }

  set chainPoint(point: ChainPoint | undefined) {
    this.#earlier = { adoption: this.adoption, chainPoint: point };
    this.#chain = undefined;
  }

  /** The tags that say of its messages who sends them. */
  get fromTags(): readonly Tag[] {
    this.#fromTags ??= [
      Object.freeze({ name: 'From-Process', value: this.id }),
      Object.freeze({ name: 'From-Module', value: this.module.id }),
    ];
    return this.#fromTags;
  }

  /** What its executor is told of it, for which it stands itself. */
  get process(): Identity {
    return this.item;
  }

  get limits(): Limits {
    return this.surroundings.limits;
  }

  get supervisor(): Address {
    return this.surroundings.supervisor;
  }

  past(fromSlot: number): Iterable<PastTurn> {
    return this.surroundings.past(this, fromSlot);
  }

  chained(mail: Mail): ChainEnd {
    this.#chain ??= new Chain(this.chainPoint, this.base);
    return this.#chain.at(mail, this.id, this.surroundings.assigner, (slot) => this.#schedule(slot));
  }

  /** A hash chain of its own for whoever reads a row of slots, the first of them `slot`. */
  chainFor(slot: number): Chain {
    const { chainPoint, base } = this;
    return new Chain(chainPoint && chainPoint.slot < slot ? chainPoint : base);
  }

  /** Follows the statechart and returns the state it came from. */
  move(event: LifecycleEvent): LifecycleState {
    const { state } = this;
    this.#move(lifecycleTable.eventNumber(event), event);
    return state;
  }

  /** Follows the statechart into a turn. */
  beginTurn(): void {
    if (this.#state === ready) this.#state = evaluating;
    else this.#move(turn, 'turn');
  }

  /** Follows the statechart out of a turn. */
  endTurn(): void {
    if (this.#state === evaluating) this.#state = evaluated;
    else this.#move(committed, 'committed');
  }

  #move(number: number, event: LifecycleEvent): void {
    const next = lifecycleTable.next(this.#state, number);
    if (next < 0) throw this.#cannotBe(event);
    this.#state = next;
  }

  #cannotBe(event: LifecycleEvent): HeddleError {
    return new HeddleError('lifecycle-invalid', `a ${this.state} process cannot be ${event}`, { process: this.id });
  }

  *#schedule(fromSlot: number): Generator<Mail> {
    for (const { assignment } of this.surroundings.past(this, fromSlot)) yield assignment;
    yield* this.mailbox;
  }
}

const loading = lifecycleTable.states.indexOf('loading');
// The last states of the chart, in this order: in those before it takes turns, and with the first of these it takes mail.
const backingOff = lifecycleTable.states.indexOf('backingOff');
const failed = lifecycleTable.states.indexOf('failed');
const turn = lifecycleTable.eventNumber('turn');
const committed = lifecycleTable.eventNumber('committed');
// The way of almost every turn, looked up once.
const ready = lifecycleTable.states.indexOf('ready');
const evaluating = lifecycleTable.next(ready, turn);
const evaluated = lifecycleTable.next(evaluating, committed);
