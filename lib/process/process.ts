import type { Environment, Executor, Module } from '../compute/executor.ts';
import type { Assignment } from '../core/assignment.ts';
import type { Awaitable } from '../core/awaitable.ts';
import { HeddleError } from '../core/error.ts';
import type { Id } from '../core/id.ts';
import type { Limits } from '../core/limits.ts';
import type { Message } from '../core/message.ts';
import type { Outcome } from '../core/outcome.ts';
import { Queue } from '../core/queue.ts';
import type { LifecycleState } from '../core/trace-event.ts';
import { type LifecycleEvent, nextState } from './lifecycle.ts';
import { Mailbox, type MailboxOptions } from './mailbox.ts';
import { RestartBudget } from './restart-budget.ts';

/** One AO process: what it is, how far its schedule and its state have come, and the executor that keeps it warm. */
export class Process {
  readonly item: Message;
  readonly module: Module;
  readonly mailbox: Mailbox;
  readonly budget: RestartBudget;
  readonly environment: Environment;
  /** The newest assignment, which the next one continues. */
  last: Assignment | undefined;
  /** How many timers it has set that have not fired. */
  timers = 0;
  /** The last slot whose outcome is committed; -1 before the first. */
  evaluated = -1;
  /** Its executor once it is up. */
  executor: Executor | undefined;
  /** The executor that is up or is being brought up. */
  started: Promise<Executor> | undefined;
  /** The outcomes of the first messages in the mailbox, evaluated or begun with before their turns. */
  readonly ahead = new Queue<Awaitable<Outcome>>();
  /** Why it failed or was stopped. */
  reason: string | undefined;
  #state: LifecycleState = 'loading';

  constructor(item: Message, module: Module, mailbox: MailboxOptions, limits: Limits) {
    this.item = item;
    this.module = module;
    this.mailbox = new Mailbox(mailbox);
    this.budget = new RestartBudget(limits);
    const { id, owner, tags } = module;
    this.environment = {
      process: { id: item.id, owner: item.owner, tags: item.tags },
      module: { id, owner, tags },
      limits,
    };
  }

  get id(): Id {
    return this.item.id;
  }

  get state(): LifecycleState {
    return this.#state;
  }

  /** Whether it takes mail and runs turns; false once it has failed or was stopped. */
  get running(): boolean {
    return this.#state !== 'failed' && this.#state !== 'stopped';
  }

  /** Follows the statechart and returns the state it came from. */
  move(event: LifecycleEvent): LifecycleState {
    const from = this.#state;
    const to = nextState(from, event);
    if (!to) throw new HeddleError('lifecycle-invalid', `a ${from} process cannot be ${event}`, { process: this.id });
    this.#state = to;
    return from;
  }
}
