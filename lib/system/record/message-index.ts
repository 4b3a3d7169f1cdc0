import type { Id } from '../../core/id.ts';
import type { LazyMessage } from '../../core/message.ts';
import type { Process } from '../../process/process.ts';
import type { Log } from '../../store/log/log.ts';
import type { Ledger } from '../ledger.ts';
import type { History } from './history.ts';
import { type LogRecord, readRecords } from './record.ts';
import type { Address, Released } from './released.ts';
import { type Ruling, singleRulings } from './ruling.ts';

/** A message in the log, and which processes have it in their schedules or will have. */
export interface KnownMessage {
  readonly address: Address;
  readonly holders: Set<Process>;
}

/** Finds messages by their ids, for those who assign them. It is made, and goes on, when one is looked for. */
export class MessageIndex {
  readonly #log: Log;
  readonly #history: History;
  readonly #ledger: Ledger;
  readonly #known = new Map<Id, KnownMessage>();
  #indexed = 0;

  constructor(log: Log, history: History, ledger: Ledger) {
    this.#log = log;
    this.#history = history;
    this.#ledger = ledger;
  }

  find(id: Id): KnownMessage | undefined {
    for (const [record, position] of readRecords(this.#log, this.#indexed, this.#history, this.#ledger)) {
      this.#add(record, position);
    }
    this.#indexed = this.#log.end;
    return this.#known.get(id);
  }

  /** The message itself. */
  read({ address }: KnownMessage): LazyMessage {
    return this.#history.message(address);
  }

  #add(record: LogRecord, position: number): void {
    if (record.kind === 'spawn') this.#hold(record.item, { position, index: 0 }, this.#ledger.find(record.item.id));
    else if (record.kind === 'adopted') this.#hold(record.item, { position, index: 0 }, undefined);
    else if (record.kind === 'followed') this.#hold(record.mail.message, { position, index: 0 }, record.process);
    else if (record.kind === 'notice') this.#ruled(record.notice, { position, index: 0 }, record.ruling);
    else if (record.kind === 'message') this.#ruled(record.message, { position, index: 0 }, record.ruling);
    else if (record.kind === 'timer') this.#ruled(this.#history.message(record.mail), record.mail, record.ruling);
    else if (record.kind === 'turn') {
      for (const released of record.released) this.#released(released, position);
    }
  }

  #released(released: Released, position: number): void {
    const { index, ruling } = released;
    const address = { position, index };
    if (released.kind === 'message') this.#ruled(released.message, address, ruling);
    else if (released.kind === 'spawn') {
      this.#ruled(released.spawn.item, address, ruling);
      if (released.notice) this.#ruled(released.spawn.notice(), { position, index: index + 1 }, released.notice);
    } else if (released.kind === 'assignment' && released.original) {
      this.#ruled(this.#history.message(released.original), released.original, ruling);
    }
  }

  #ruled(message: LazyMessage, address: Address, ruling: Ruling): void {
    for (const one of singleRulings(ruling)) {
      if (one.kind === 'assigned' || one.kind === 'waiting') {
        this.#hold(message, address, this.#ledger.at(one.process));
      }
    }
  }

  #hold(message: LazyMessage, address: Address, holder: Process | undefined): void {
    const known = this.#known.get(message.id) ?? { address, holders: new Set() };
    this.#known.set(message.id, known);
    if (holder) known.holders.add(holder);
  }
}
