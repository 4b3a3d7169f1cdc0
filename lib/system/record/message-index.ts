import type { Id } from '../../core/id.ts';
import type { LazyMessage } from '../../core/message.ts';
import type { Process } from '../../process/process.ts';
import type { Log } from '../../store/log/log.ts';
import type { Ledger } from '../ledger.ts';
import type { History } from './history.ts';
import type { KnownMessage } from './known-message.ts';
import { type LogRecord, readRecords } from './record.ts';
import type { Address, Released } from './released.ts';
import { type Ruling, singleRulings } from './ruling.ts';

/** That a process has a message. */
interface Holding {
  readonly address: Address;
  readonly message: () => LazyMessage;
  readonly holder: Process | undefined;
}

/**
 * Finds messages by their ids, for those who assign them: those that came behind the store's newest base, and those that
 * somebody still had then. It is made, and goes on, when one is looked for.
 */
export class MessageIndex {
  readonly #log: Log;
  readonly #history: History;
  readonly #ledger: Ledger;
  readonly #known = new Map<Id, KnownMessage>();
  /** Where it begins, and how far it has come. */
  #from = 0;
  #indexed = 0;

  constructor(log: Log, history: History, ledger: Ledger) {
    this.#log = log;
    this.#history = history;
    this.#ledger = ledger;
  }

  /** Whether there were messages that it does not know. */
  get isPartial(): boolean {
    return this.#log.base > 0;
  }

  find(id: Id): KnownMessage | undefined {
    this.#begin();
    for (const { address, message, holder } of this.#holdings(this.#indexed)) {
      const found = message().id;
      const known = this.#known.get(found) ?? { address, holders: new Set() };
      this.#known.set(found, known);
      if (holder) known.holders.add(holder);
    }
    this.#indexed = this.#log.end;
    return this.#known.get(id);
  }

  /** The message itself. */
  read({ address }: KnownMessage): LazyMessage {
    return this.#history.message(address);
  }

  /** Who has the messages that are there, of all that came so far. */
  holdersOf(addresses: Iterable<Address>): readonly KnownMessage[] {
    const wanted = new Map<string, KnownMessage>();
    for (const address of addresses) wanted.set(keyOf(address), { address, holders: new Set() });
    if (wanted.size === 0) return [];
    for (const { address, holders } of this.#ledger.known) {
      for (const holder of holders) wanted.get(keyOf(address))?.holders.add(holder);
    }
    for (const { address, holder } of this.#holdings(this.#log.base)) {
      if (holder) wanted.get(keyOf(address))?.holders.add(holder);
    }
    return [...wanted.values()];
  }

  /** Begins at the newest base. */
  #begin(): void {
    const { base } = this.#log;
    if (this.#from === base) return;
    this.#known.clear();
    this.#from = base;
    this.#indexed = base;
    for (const { address, holders } of this.#ledger.known) {
      this.#known.set(this.#history.message(address).id, { address, holders: new Set(holders) });
    }
  }

  *#holdings(from: number): Generator<Holding> {
    for (const [record, position] of readRecords(this.#log, from, this.#history, this.#ledger)) {
      yield* this.#holdingsOf(record, position);
    }
  }

  *#holdingsOf(record: LogRecord, position: number): Generator<Holding> {
    const address = { position, index: 0 };
    if (record.kind === 'spawn') {
      yield { address, message: () => record.item, holder: this.#ledger.find(record.item.id) };
    } else if (record.kind === 'adopted') yield { address, message: () => record.item, holder: undefined };
    else if (record.kind === 'followed') {
      yield { address, message: () => record.mail.message, holder: record.process };
    } else if (record.kind === 'notice') yield* this.#ruled(() => record.notice, address, record.ruling);
    else if (record.kind === 'message') yield* this.#ruled(() => record.message, address, record.ruling);
    else if (record.kind === 'timer') yield* this.#original(record.mail, record.ruling);
    else if (record.kind === 'turn') {
      for (const released of record.released) yield* this.#released(released, position);
    }
  }

  *#released(released: Released, position: number): Generator<Holding> {
    const { index, ruling } = released;
    const address = { position, index };
    if (released.kind === 'message') yield* this.#ruled(() => released.message, address, ruling);
    else if (released.kind === 'spawn') {
      const { spawn, notice } = released;
      yield* this.#ruled(() => spawn.item, address, ruling);
      if (notice) yield* this.#ruled(() => spawn.notice(), { position, index: index + 1 }, notice);
    } else if (released.kind === 'assignment' && released.original) yield* this.#original(released.original, ruling);
  }

  #original(address: Address, ruling: Ruling): Generator<Holding> {
    return this.#ruled(() => this.#history.message(address), address, ruling);
  }

  *#ruled(message: () => LazyMessage, address: Address, ruling: Ruling): Generator<Holding> {
    for (const one of singleRulings(ruling)) {
      if (one.kind !== 'assigned' && one.kind !== 'waiting') continue;
      yield { address, message, holder: this.#ledger.at(one.process) };
    }
  }
}

const keyOf = ({ position, index }: Address): string => `${position} ${index}`;
