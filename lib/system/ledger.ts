import type { Module } from '../compute/executor.ts';
import type { Moment } from '../core/clock.ts';
import { HeddleError } from '../core/error.ts';
import { Heap } from '../core/heap.ts';
import type { Address, Id } from '../core/id.ts';
import type { Limits } from '../core/limits.ts';
import type { LazyMessage } from '../core/message.ts';
import type { StatusChange } from '../core/status-change.ts';
import { tagValue } from '../core/tags.ts';
import { Admissions } from '../process/admissions.ts';
import type { Adoption } from '../process/adoption.ts';
import { Bonds } from '../process/bonds.ts';
import { Consequences, linked } from '../process/consequences.ts';
import { Directory } from '../process/directory.ts';
import type { Mail } from '../process/mail.ts';
import type { MailboxOptions } from '../process/mailbox.ts';
import { Process, type Surroundings } from '../process/process.ts';
import type { Carrier } from '../route/sender.ts';
import { AdoptedItem } from './adopted-item.ts';
import type { KnownMessage } from './record/known-message.ts';

/** Mail that a process wants sent at a later moment. */
export interface TimedMail {
  readonly atMs: number;
  readonly by: Process;
  /** Its recipient is known when it is sent. */
  readonly message: LazyMessage;
  readonly position: number;
  readonly index: number;
}

/** What the log so far adds up to: the processes, their schedules' ends and their mailboxes. Only what is logged changes it. */
export class Ledger {
  readonly modules = new Map<Id, Module>();
  /** In the order in which they were spawned. */
  readonly processes: Process[] = [];
  readonly carrier: Carrier;
  /** For messages that were taken long ago, whatever the limits are now. */
  readonly recorded: Carrier;
  readonly mailbox: MailboxOptions;
  readonly bonds = new Bonds();
  readonly directory: Directory;
  /** Who may be given a slot, and when. */
  readonly admissions: Admissions;
  /** What follows from what is logged and is not logged itself yet. */
  readonly consequences = new Consequences();
  /** Of the messages from before the store's newest base, those that somebody still had then, and who had them. */
  known: readonly KnownMessage[] = [];
  /** How many records the log has. */
  records = 0;
  /** The moment of the newest record. */
  moment: Moment | undefined;
  readonly #surroundings: Surroundings;
  /** The modules of processes, in the order in which the log first has them. */
  readonly #logged: Module[] = [];
  readonly #moduleNumbers = new Map<Module, number>();
  readonly #byId = new Map<Id, Process>();
  /** How many of the processes are in the map. Ids cost more than spawning. */
  #named = 0;
  /** What fires next comes first. */
  readonly #timers = new Heap<TimedMail>();
  /** How much mail has got a slot. */
  #assigned = 0;

  constructor(carrier: Carrier, mailbox: MailboxOptions, past: Surroundings['past']) {
    this.carrier = carrier;
    const endless = Number.POSITIVE_INFINITY;
    this.recorded = { ...carrier, limits: { ...carrier.limits, tagBytes: endless, dataBytes: endless } };
    this.mailbox = mailbox;
    const { limits, supervisor } = carrier;
    this.#surroundings = { limits, assigner: carrier, supervisor, past };
    this.directory = new Directory(limits.names);
    this.admissions = new Admissions(mailbox);
  }

  get limits(): Limits {
    return this.carrier.limits;
  }

  /** The process of that id. */
  find(id: Id): Process | undefined {
    return this.#byId.get(id) ?? this.#findNew(id);
  }

  #findNew(id: Id): Process | undefined {
    for (; this.#named < this.processes.length; this.#named++) {
      const process = this.at(this.#named);
      this.#byId.set(process.id, process);
    }
    return this.#byId.get(id);
  }

  /** The process of that id, which must be there. */
  process(id: Id): Process {
    const process = this.find(id);
    if (!process) throw new HeddleError('process-unknown', `there is no process ${id}`, { process: id });
    return process;
  }

  /** The process that was spawned in that place. */
  at(index: number): Process {
    const process = this.processes[index];
    if (!process) throw new HeddleError('recording-invalid', `there is no process number ${index}`);
    return process;
  }

  /** Makes a module known. Another one may not take its id. */
  define(module: Module): void {
    const known = this.modules.get(module.id);
    if (known === module) return;
    if (known) {
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

  /** The modules that the log has, by their numbers. */
  get loggedModules(): readonly Module[] {
    return this.#logged;
  }

  /** Refuses a log that was begun with another seed or by another signer, whose address is empty if there was none. */
  checkOrigin(seed: string, signer: Address): void {
    if (seed !== this.carrier.seed) {
      const what = `the log was begun with the seed ${JSON.stringify(seed)}`;
      throw new HeddleError('option-invalid', what, { option: 'seed', seed });
    }
    if (signer !== this.signedBy) {
      const what = signer === '' ? 'the log was begun without a signer' : `the log was begun with the signer ${signer}`;
      throw new HeddleError('option-invalid', what, { option: 'signer', signer });
    }
  }

  /** The address of who signs; empty if nobody does. */
  get signedBy(): Address {
    return this.carrier.signer?.address ?? '';
  }

  /** By what number the log knows a module; undefined if it does not yet. */
  moduleNumber(module: Module): number | undefined {
    return this.#moduleNumbers.get(module);
  }

  /** The module that the log knows by that number. */
  moduleAt(number: number): Module {
    const module = this.#logged[number];
    if (!module) throw new HeddleError('recording-invalid', `there is no module number ${number}`);
    return module;
  }

  /** The module that a process item names. */
  moduleOf(item: LazyMessage): Module {
    return this.module(tagValue(item.tags, 'Module') ?? 'without an id');
  }

  /** Adds a process. */
  spawn(item: LazyMessage, itemIndex: number, module: Module, adoption?: Adoption): Process {
    const process = new Process(this.processes.length, item, itemIndex, module, this.#surroundings, adoption);
    this.processes.push(process);
    this.noteLogged(module);
    return process;
  }

  /** Adds a process that began elsewhere. */
  adopt(item: AdoptedItem): Process {
    const { module, base } = AdoptedItem.adopted(item);
    return this.spawn(item, 0, module, { base, isFollowed: true, newest: base?.moment });
  }

  /** Notes that the log has a module, and so knows it by a number. */
  noteLogged(module: Module): void {
    if (!this.#moduleNumbers.has(module)) this.#moduleNumbers.set(module, this.#logged.push(module) - 1);
  }

  /** Gives mail the next slot of its process. */
  assign(process: Process, mail: Mail, moment: Moment): void {
    mail.slot = process.slots++;
    mail.order = this.#assigned++;
    mail.moment = moment;
    process.mailbox.push(mail);
    if (process.adoption || this.admissions.isRated) this.#noteAssigned(process, mail, moment);
  }

  #noteAssigned(process: Process, mail: Mail, moment: Moment): void {
    if (process.adoption && mail.givenId !== undefined) process.adoption.newest = moment;
    else this.admissions.assigned(process, moment.timestampMs);
  }

  /** Lets mail wait for a slot. */
  wait(process: Process, mail: Mail): void {
    process.mailbox.wait(mail);
    this.admissions.waits(process);
  }

  /** Takes out the mail that has waited for longest. */
  admit(process: Process): Mail | undefined {
    const mail = process.mailbox.admit();
    this.admissions.waits(process);
    return mail;
  }

  /** Takes the mail of a turn out of its mailbox, with its outcome at `position` of the log. */
  evaluated(process: Process, position: number): void {
    process.mailbox.shift();
    process.evaluated++;
    process.lastTurn = position;
  }

  /** The processes with mail, once for each message, in the order in which they are to have their turns. */
  owed(): readonly Process[] {
    const mail = this.processes.flatMap((process) => [...process.mailbox].map(({ order }) => ({ process, order })));
    return mail.sort((one, other) => one.order - other.order).map(({ process }) => process);
  }

  /** The timers in the order in which they fire. */
  timers(): readonly TimedMail[] {
    return [...this.#timers].filter(({ by }) => by.state !== 'stopped');
  }

  setTimer(timer: TimedMail): void {
    timer.by.timers++;
    this.#timers.push(timer.atMs, timer);
  }

  /** The timer that is due next. */
  get nextTimer(): TimedMail | undefined {
    let timer = this.#timers.peek();
    // Those of stopped processes have died with them.
    while (timer && timer.by.state === 'stopped') {
      this.#timers.pop();
      timer = this.#timers.peek();
    }
    return timer;
  }

  /** Takes out the timer that is due next. */
  takeTimer(): TimedMail {
    const timer = this.nextTimer;
    if (!timer) throw new HeddleError('recording-invalid', 'no timer is due');
    this.#timers.pop();
    timer.by.timers--;
    return timer;
  }

  /** Changes a process's status. */
  changeStatus(process: Process, status: StatusChange['status'], reason: string): void {
    this.consequences.decided(process);
    if (status === 'running') {
      // It asked for its end, and was started again.
      if (process.running) return;
      process.move('restarted');
      process.budget.reset();
      process.reason = undefined;
      // Its mail has its turns after all that is there.
      for (const mail of process.mailbox) mail.order = this.#assigned++;
      return;
    }
    if (status === 'stopped') {
      process.move('stopped');
      process.mailbox.clearWaiting();
      this.admissions.waits(process);
    } else {
      // A replay comes here without the crash that led to the failure.
      if (process.state !== 'restarting') process.move('crashed');
      process.move('gaveUp');
    }
    process.reason = reason;
    this.#ended(process, status, reason);
  }

  /** Notes who is to be told, and who fails with a process. */
  #ended(process: Process, status: 'failed' | 'stopped', reason: string): void {
    const { bonds, consequences } = this;
    for (const [to, reference] of bonds.watchersOf(process)) {
      consequences.push({ kind: 'down', to, process: process.id, status, reason, reference });
    }
    if (status === 'failed') {
      for (const other of bonds.linkedWith(process)) {
        consequences.push({ kind: 'failure', process: other, reason: linked(process.id, reason) });
      }
      return;
    }
    bonds.forget(process);
    this.directory.forget(process);
  }
}
