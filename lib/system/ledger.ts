import type { Module } from '../compute/executor.ts';
import type { Commit, StatusChange, Timer } from '../core/commit.ts';
import { HeddleError } from '../core/error.ts';
import { Heap } from '../core/heap.ts';
import type { Id } from '../core/id.ts';
import type { Limits } from '../core/limits.ts';
import type { Message } from '../core/message.ts';
import { tagValue } from '../core/tags.ts';
import type { MailboxOptions } from '../process/mailbox.ts';
import { Process } from '../process/process.ts';

/** What the commits so far add up to: the processes, their schedules' ends and their mailboxes. Only commits change it. */
export class Ledger {
  readonly modules = new Map<Id, Module>();
  readonly processes = new Map<Id, Process>();
  /** What fires next comes first. */
  readonly #timers = new Heap<Timer>();
  readonly limits: Limits;
  readonly mailbox: MailboxOptions;
  /** How many commits there are, and so the sequence number of the next. */
  sequence = 0;

  constructor(limits: Limits, mailbox: MailboxOptions) {
    this.limits = limits;
    this.mailbox = mailbox;
  }

  /** The process of that id, which must be there. */
  process(id: Id): Process {
    const process = this.processes.get(id);
    if (!process) throw new HeddleError('process-unknown', `there is no process ${id}`, { process: id });
    return process;
  }

  /** Makes a module known. Another one may not take its id. */
  define(module: Module): void {
    const known = this.modules.get(module.id);
    if (known && known !== module) {
      throw new HeddleError('module-duplicate', `another module has the id ${module.id}`, { module: module.id });
    }
    this.modules.set(module.id, module);
  }

  /** The module of that id, which must be known. */
  module(id: Id): Module {
    const module = this.modules.get(id);
    if (!module) throw new HeddleError('module-unknown', `there is no module ${id}`, { module: id });
    return module;
  }

  /** The module that a process item names. */
  moduleOf(item: Message): Module {
    return this.module(tagValue(item.tags, 'Module') ?? 'without an id');
  }

  /** The timer that is due next. */
  get nextTimer(): Timer | undefined {
    let timer = this.#timers.peek();
    // Those of stopped processes have died with them.
    while (timer && this.process(timer.cause.process).state === 'stopped') {
      this.#timers.pop();
      timer = this.#timers.peek();
    }
    return timer;
  }

  /** Takes a commit in. It must be the next one. */
  apply(commit: Commit): void {
    this.sequence = commit.sequence + 1;
    if (commit.turn) {
      const process = this.process(commit.turn.process);
      process.mailbox.assigned.shift();
      process.evaluated = commit.turn.slot;
    }
    for (const item of commit.spawned) {
      this.processes.set(item.id, new Process(item, this.moduleOf(item), this.mailbox, this.limits));
    }
    for (const { assignment } of commit.assigned) {
      const process = this.process(assignment.process);
      const { waiting, assigned } = process.mailbox;
      // Waiting deliveries get their slots in the order in which they came, so only the first can be meant.
      if (waiting.peek()?.message.id === assignment.message.id) waiting.shift();
      process.last = assignment;
      assigned.push(assignment);
    }
    for (const delivery of commit.waiting) this.process(delivery.process).mailbox.waiting.push(delivery);
    for (const timer of commit.timers) {
      this.process(timer.cause.process).timers++;
      this.#timers.push(timer.atMs, timer);
    }
    if (commit.fired !== undefined) this.#takeTimer(commit.fired);
    for (const change of commit.statuses) this.#changeStatus(change);
  }

  #takeTimer(message: Id): void {
    const timer = this.nextTimer;
    if (timer?.message.id !== message) throw new HeddleError('recording-invalid', `no timer of ${message} is due`);
    this.#timers.pop();
    this.process(timer.cause.process).timers--;
  }

  #changeStatus({ process: id, status, reason }: StatusChange): void {
    const process = this.process(id);
    if (status === 'running') {
      process.move('restarted');
      process.budget.reset();
      process.reason = undefined;
      return;
    }
    if (status === 'stopped') {
      process.move('stopped');
      process.mailbox.waiting.clear();
    } else {
      // A replay comes here without the crash that led to the failure.
      if (process.state !== 'restarting') process.move('crashed');
      process.move('gaveUp');
    }
    process.reason = reason;
  }
}
