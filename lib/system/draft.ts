import type { Assignment } from '../core/assignment.ts';
import type { Moment } from '../core/clock.ts';
import type { AssignedDelivery, Commit, Delivery, OutboundMail, SlotRef, StatusChange, Timer } from '../core/commit.ts';
import type { ErrorCode } from '../core/error-codes.ts';
import type { Address, Id } from '../core/id.ts';
import type { Message } from '../core/message.ts';
import type { Process } from '../process/process.ts';
import { assign } from '../schedule/assign.ts';
import type { Ledger } from './ledger.ts';

/** A commit being put together. It reads the ledger and leaves it alone, so that it can be thrown away. */
export class Draft {
  readonly #ledger: Ledger;
  readonly #moment: Moment;
  readonly #scheduler: Address;
  readonly #turn: Commit['turn'];
  readonly #spawned: Message[] = [];
  readonly #assigned: AssignedDelivery[] = [];
  readonly #waiting: Delivery[] = [];
  readonly #outbound: OutboundMail[] = [];
  readonly #timers: Timer[] = [];
  readonly #statuses: StatusChange[] = [];
  #fired: Id | undefined;
  /** The process and message of each delivery taken here. */
  readonly #taken = new Set<string>();
  /** The newest assignment of each process that got one here. */
  readonly #last = new Map<Id, Assignment>();
  /** How many of the deliveries that waited for each process got their slots here. */
  readonly #admitted = new Map<Id, number>();
  /** Slots given here to each process. */
  readonly #given = new Map<Id, number>();

  constructor(ledger: Ledger, moment: Moment, scheduler: Address, turn?: Commit['turn']) {
    this.#ledger = ledger;
    this.#moment = moment;
    this.#scheduler = scheduler;
    this.#turn = turn;
  }

  /** Adds a process and its first assignment, which is its own item. Says why not, if not. */
  spawn(item: Message): ErrorCode | undefined {
    const { processes, limits } = this.#ledger;
    if (processes.size + this.#spawned.length >= limits.processes) return 'processes-over-limit';
    this.#ledger.moduleOf(item);
    this.#spawned.push(item);
    this.#assign({ process: item.id, message: item, exclude: [], ...causedBy(this.#turn) });
    return undefined;
  }

  /** Gives a delivery its slot, or a place to wait for one. Says why not, if not. */
  deliver(to: Omit<Delivery, 'cause'>, cause: SlotRef | undefined = this.#turn): ErrorCode | undefined {
    const delivery = { ...to, ...causedBy(cause) };
    const process = this.#ledger.processes.get(delivery.process);
    if (!process) {
      if (!this.#last.has(delivery.process)) return 'process-unknown';
    } else if (!process.running) {
      return process.state === 'failed' ? 'process-failed' : 'process-stopped';
    } else {
      // What waits came first.
      this.admitWaiting(process);
      if (this.#room(process) <= 0) return this.#wait(process, delivery);
    }
    this.#assign(delivery);
    return undefined;
  }

  /** Gives slots to what waits for the process, as far as there is room. */
  admitWaiting(process: Process): void {
    const { waiting } = process.mailbox;
    const admitted = this.#admitted.get(process.id) ?? 0;
    if (waiting.length === admitted || this.#room(process) <= 0) return;
    const deliveries = [...waiting].slice(admitted, admitted + this.#room(process));
    for (const delivery of deliveries) this.#assign(delivery);
    this.#admitted.set(process.id, admitted + deliveries.length);
  }

  /** Sets a timer for a message. Says why not, if not. */
  setTimer(message: Message, delayMs: number, cause: SlotRef): ErrorCode | undefined {
    const { limits } = this.#ledger;
    const set = this.#ledger.process(cause.process).timers + this.#timers.length;
    if (set >= limits.timers) return 'timers-over-limit';
    this.#timers.push({ atMs: this.#moment.timestampMs + delayMs, message, cause });
    return undefined;
  }

  /** Takes the message of a timer that is due out of those that wait, and delivers it. Says why not, if not. */
  fire({ message, cause }: Timer): ErrorCode | undefined {
    this.#fired = message.id;
    const to = { process: message.target, message, exclude: [] };
    const process = this.#ledger.processes.get(message.target);
    // What a process set for itself is part of its mail, which stays when it fails.
    if (process?.state === 'failed' && process.id === cause.process) return this.#assign({ ...to, cause });
    return this.deliver(to, cause);
  }

  mail(mail: OutboundMail): void {
    this.#outbound.push(mail);
  }

  /** Changes a process's status. What waits for a process that stops has nowhere else to go. */
  status(change: StatusChange): void {
    this.#statuses.push(change);
    if (change.status !== 'stopped') return;
    for (const { message, cause } of this.#ledger.process(change.process).mailbox.waiting) {
      const detail = `${change.process} was stopped before it had room`;
      this.mail({ kind: 'message', reason: 'process-stopped', detail, message, ...(cause && { cause }) });
    }
  }

  /** Whether a message gets a slot of that process by this commit, or waits for one. */
  holds(process: Id, message: Id): boolean {
    if (this.#taken.has(`${process} ${message}`)) return true;
    for (const waiting of this.#ledger.processes.get(process)?.mailbox.waiting ?? []) {
      if (waiting.message.id === message) return true;
    }
    return false;
  }

  commit(): Commit {
    return {
      sequence: this.#ledger.sequence,
      moment: this.#moment,
      ...(this.#turn && { turn: this.#turn }),
      spawned: this.#spawned,
      assigned: this.#assigned,
      waiting: this.#waiting,
      outbound: this.#outbound,
      timers: this.#timers,
      ...(this.#fired !== undefined && { fired: this.#fired }),
      statuses: this.#statuses,
    };
  }

  #assign(delivery: Delivery): undefined {
    const { process, cause } = delivery;
    const last = this.#last.get(process) ?? this.#ledger.processes.get(process)?.last;
    const assignment = assign(delivery, last, this.#moment, this.#scheduler);
    this.#last.set(process, assignment);
    this.#given.set(process, (this.#given.get(process) ?? 0) + 1);
    this.#taken.add(`${process} ${delivery.message.id}`);
    this.#assigned.push({ assignment, ...(cause && { cause }) });
  }

  #wait(process: Process, delivery: Delivery): ErrorCode | undefined {
    const { options, waiting } = process.mailbox;
    const waitingHere = this.#waiting.filter((other) => other.process === process.id).length;
    if (options.overflow === 'reject' || waiting.length + waitingHere >= this.#ledger.limits.waitingMessages) {
      return 'mailbox-full';
    }
    this.#waiting.push(delivery);
    this.#taken.add(`${delivery.process} ${delivery.message.id}`);
    return undefined;
  }

  #room(process: Process): number {
    // The message of this very turn leaves the mailbox with this commit.
    const leaving = this.#turn?.process === process.id ? 1 : 0;
    return process.mailbox.room + leaving - (this.#given.get(process.id) ?? 0);
  }
}

const causedBy = (turn: SlotRef | undefined): Pick<Delivery, 'cause'> =>
  turn ? { cause: { process: turn.process, slot: turn.slot } } : {};
