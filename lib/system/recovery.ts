import type { SlotRef } from '../core/assignment.ts';
import { HeddleError } from '../core/error.ts';
import type { LazyMessage } from '../core/message.ts';
import { CopiedMail, Mail } from '../process/mail.ts';
import type { Process } from '../process/process.ts';
import { inStore } from '../store/guard.ts';
import type { Log } from '../store/log/log.ts';
import type { Store } from '../store/store.ts';
import { InboundItem } from './inbound-message.ts';
import type { Ledger } from './ledger.ts';
import { unpackLedger } from './ledger-checkpoint.ts';
import { senderOf } from './placement.ts';
import type { History, LoggedTurn } from './record/history.ts';
import { epochMoment } from './record/kinds.ts';
import { type LogRecord, readRecord } from './record/record.ts';
import type { Released } from './record/released.ts';
import type { MemberRuling, Ruling } from './record/ruling.ts';
import { request } from './requests.ts';

/** What a recovery works on. */
export interface RecoveryParts {
  readonly store: Store;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly history: History;
}

/**
 * Takes in what the store of a log holds, and returns the processes that it leaves with mail, once for each message, in
 * the order in which they are to have their turns. Stops at a process whose module is missing, and goes on from there
 * when it is called again.
 */
export class Recovery {
  readonly #store: Store;
  readonly #log: Log;
  readonly #ledger: Ledger;
  readonly #history: History;
  #failure: unknown;

  constructor({ store, log, ledger, history }: RecoveryParts) {
    this.#store = store;
    this.#log = log;
    this.#ledger = ledger;
    this.#history = history;
  }

  async run(): Promise<readonly Process[]> {
    if (this.#log.end === 0) await this.#restore();
    this.readLog();
    return this.#ledger.owed();
  }

  /** Takes in what was not taken in before. */
  readLog(): void {
    this.#log.recover((reader, position) => {
      const record = readRecord(reader, position, this.#history, this.#ledger);
      this.#take(record, position);
      if (record.kind !== 'begin' && record.kind !== 'moment') this.#ledger.records++;
    });
  }

  /** Goes on from the newest checkpoint of what the log adds up to, if there is one. */
  async #restore(): Promise<void> {
    // What was done half cannot be done again.
    if (this.#failure) throw this.#failure;
    const stored = await inStore('the checkpoint of the ledger was not read', () => this.#store.ledger());
    const checkpoint = stored && unpackLedger(stored.bytes, this.#ledger, this.#history);
    if (!checkpoint) return;
    try {
      checkpoint.restore();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
    this.#log.goOnFrom(stored.position, checkpoint.digestState);
  }

  #take(record: LogRecord, position: number): void {
    const ledger = this.#ledger;
    switch (record.kind) {
      case 'begin':
        return;
      case 'moment':
        ledger.moment = record.moment;
        return;
      case 'spawn':
        this.#born(record.item, InboundItem.moduleOf(record.item), position, 0);
        return;
      case 'message':
        this.#place(record.message, record.ruling, position, 0);
        return;
      case 'turn':
        this.#turn(record, position);
        return;
      case 'timer': {
        const { message } = ledger.takeTimer();
        this.#place(message, record.ruling, record.mail.position, record.mail.index);
        return;
      }
      case 'notice':
        ledger.consequences.told();
        this.#place(record.notice, record.ruling, position, 0);
        return;
      case 'naming':
        ledger.directory.apply(record.naming);
        return;
      case 'admission':
        this.#admit(record.process, record.count);
        return;
      case 'adopted':
        ledger.adopt(record.item);
        return;
      case 'followed':
        this.#assign(record.process, record.mail);
        return;
      case 'takenOver':
        record.process.takeOver();
        return;
      case 'status': {
        const { process, status, reason } = record;
        ledger.changeStatus(process, status, reason);
      }
    }
  }

  #turn({ header, released }: LoggedTurn, position: number): void {
    const { process, slot, admitted } = header;
    const mail = process.mailbox.first;
    if (mail?.slot !== slot) {
      throw new HeddleError('recording-invalid', `a log has slot ${slot} of ${process.id} out of its order`, { slot });
    }
    for (const one of released) {
      if (one.kind === 'spawn' && one.ruling.kind !== 'out') this.#ledger.moduleOf(one.spawn.item);
    }
    this.#ledger.evaluated(process, position);
    this.#admit(process, admitted);
    for (const one of released) this.#release(one, process, position);
  }

  #admit(process: Process, count: number): void {
    for (let left = count; left > 0; left--) {
      const waiting = this.#ledger.admit(process);
      if (waiting) this.#assign(process, waiting);
    }
  }

  #release(one: Released, by: Process, position: number): void {
    const { ruling, index } = one;
    if (ruling.kind === 'out') return;
    if (one.kind === 'message') {
      const { message, delayMs } = one;
      const atMs = this.#moment.timestampMs + delayMs;
      if (ruling.kind === 'timed') this.#ledger.setTimer({ atMs, by, message, position, index });
      else this.#place(message, ruling, position, index);
    } else if (one.kind === 'spawn') {
      const { spawn, notice } = one;
      this.#born(spawn.item, this.#ledger.moduleOf(spawn.item), position, index);
      if (notice) this.#place(spawn.notice(), notice, position, index + 1);
    } else if (one.kind === 'assignment' && one.original) {
      const message = this.#history.message(one.original);
      this.#place(message, ruling, position, index, one.assigning.exclude, { process: by.id, slot: by.evaluated });
    }
  }

  #born(item: LazyMessage, module: Process['module'], position: number, index: number): void {
    const process = this.#ledger.spawn(item, index, module);
    this.#assign(process, new Mail(process, item, position, index));
  }

  #place(
    message: LazyMessage,
    ruling: Ruling,
    position: number,
    index: number,
    exclude?: readonly string[],
    assignedBy?: SlotRef,
  ): void {
    if (ruling.kind === 'taken') this.#requested(message);
    if (ruling.kind === 'several') this.#placeSeveral(message, ruling.rulings, position, index);
    if (ruling.kind !== 'assigned' && ruling.kind !== 'waiting') return;
    const process = this.#ledger.at(ruling.process);
    const plain = new Mail(process, message, position, index);
    const mail = exclude ? new CopiedMail(plain, exclude, assignedBy) : plain;
    if (ruling.kind === 'assigned') this.#assign(process, mail);
    else this.#ledger.wait(process, mail);
  }

  #requested(message: LazyMessage): void {
    const by = senderOf(message);
    if (by) request(this.#ledger.process(by.process), message, this.#ledger);
  }

  #placeSeveral(message: LazyMessage, rulings: readonly MemberRuling[], position: number, index: number): void {
    for (const one of rulings) if (one.kind !== 'out') this.#place(message, one, position, index);
    const [first] = rulings;
    if (!first) return;
    this.#ledger.directory.group(message.target)?.chose([this.#ledger.at(first.process)]);
  }

  #assign(process: Process, mail: Mail): void {
    this.#ledger.assign(process, mail, mail.moment ?? this.#moment);
  }

  get #moment() {
    return this.#ledger.moment ?? epochMoment;
  }
}
