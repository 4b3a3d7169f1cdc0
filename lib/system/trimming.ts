import { Chain, type ChainPoint } from '../process/chain.ts';
import type { Mail } from '../process/mail.ts';
import type { Process } from '../process/process.ts';
import { inStore } from '../store/guard.ts';
import type { Log } from '../store/log/log.ts';
import type { LogPiece, Store } from '../store/store.ts';
import type { Executors } from './executors.ts';
import type { Ledger } from './ledger.ts';
import { packLedger, positionOf } from './ledger-checkpoint.ts';
import type { History } from './record/history.ts';
import type { KnownMessage } from './record/known-message.ts';
import { MessageIndex } from './record/message-index.ts';
import { readRecord, readRecords } from './record/record.ts';

/** How much of its history a system keeps. */
export interface Retention {
  /** Bytes of log that are kept at least; at most about twice as many are, and what is still needed. */
  readonly bytes: number;
}

/** What is trimmed, and with what. */
export interface TrimmingParts {
  readonly store: Store;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly history: History;
  readonly executors: Executors;
}

/**
 * Lets the store go of history. A base is what others go on from who have the log from there on only: the ledger, and the
 * records from before that it points at. With the next base the log before the last one goes, so that what happened
 * recently can be read at any time.
 */
export class Trimming {
  readonly #parts: TrimmingParts;
  readonly #everyBytes: number;
  /** How much the newest base takes. */
  #baseBytes = 0;

  /** `retention` is what it keeps when it trims by itself. */
  constructor(parts: TrimmingParts, retention: Retention | undefined) {
    this.#parts = parts;
    this.#everyBytes = retention?.bytes ?? Number.POSITIVE_INFINITY;
  }

  /** Whether a base is to be taken. */
  get isDue(): boolean {
    const { log } = this.#parts;
    return log.end - log.base >= Math.max(this.#everyBytes, this.#baseBytes);
  }

  /** Takes a base, and trims behind it or behind the one before. All that is recorded is stored. */
  async take(behind: 'this' | 'before'): Promise<void> {
    const { store, log, ledger, executors } = this.#parts;
    const position = log.end;
    if (position === 0) return;
    const needed: number[] = [];
    for (const process of ledger.processes) needed.push(await executors.neededFrom(process));
    this.#setOff(needed);
    ledger.known = this.#known();
    const kept = this.#kept();
    const { digestState } = log;
    const base = { position, bytes: packLedger(ledger, digestState).slice(), kept };
    const ledgerBytes = base.bytes.length - digestState.length;
    this.#baseBytes = kept.reduce((bytes, piece) => bytes + piece.bytes.length, ledgerBytes);
    const before = behind === 'this' ? position : log.base;
    await inStore('the log was not trimmed', () => store.trim(base, before));
  }

  /**
   * Puts the hash chain of each process to where the turns begin that it still needs. They are computed in the order of the
   * log, which is read once, however many processes there are.
   */
  #setOff(needed: readonly number[]): void {
    const { log, ledger, history } = this.#parts;
    const chains: (Chain | undefined)[] = [];
    const points: (ChainPoint | undefined)[] = [];
    const advance = (mail: Mail, process: Process): void => {
      const { index } = process;
      const chain = chains[index] ?? new Chain(process.chainPoint);
      chains[index] = chain;
      const end = chain.at(mail, process.id, ledger.carrier, (slot) => pastOf(process, slot));
      points[index] = { slot: mail.slot, ...end };
    };
    for (const [record] of readRecords(log, log.base, history, ledger)) {
      if (record.kind !== 'turn') continue;
      const { process, slot } = record.header;
      if (slot < (needed[process.index] ?? 0)) advance(history.handled(record.header), process);
    }
    for (const process of ledger.processes) {
      const slot = (needed[process.index] ?? 0) - 1;
      if (slot <= (process.chainPoint?.slot ?? -1)) continue;
      // A turn from before the newest base was needed until now.
      const [mail] = points[process.index]?.slot === slot ? [] : pastOf(process, slot);
      if (mail) advance(mail, process);
      process.chainPoint = points[process.index];
    }
  }

  /** The messages that somebody still has, and who has them: whoever handles one may have it assigned. */
  #known(): readonly KnownMessage[] {
    const { ledger, history, log } = this.#parts;
    const addresses = ledger.processes.flatMap((process) => this.#mailOf(process).map((mail) => history.origin(mail)));
    return new MessageIndex(log, history, ledger).holdersOf(addresses);
  }

  /** The mail of a process that is still needed: that of turns, and what is in its mailbox. */
  #mailOf(process: Process): readonly Mail[] {
    const { mailbox, evaluated, chainPoint } = process;
    const from = (chainPoint?.slot ?? -1) + 1;
    if (from > evaluated && mailbox.length + mailbox.waitingLength === 0) return [];
    return [...pastOf(process, from), ...mailbox, ...mailbox.waiting];
  }

  /** The records that are read by whoever goes on from here: those that the ledger points at, and what these go back to. */
  #kept(): readonly LogPiece[] {
    const { log, ledger, history } = this.#parts;
    const kept: LogPiece[] = [];
    history.forget();
    log.notingReads((positions) => {
      for (const process of ledger.processes) {
        const { item, itemIndex } = process;
        history.message({ position: positionOf(item), index: itemIndex });
        for (const mail of this.#mailOf(process)) {
          history.mail(process, mail);
          if (mail.slot >= 0) history.outcome(process, mail.slot);
        }
      }
      for (const { position, index } of ledger.timers()) history.message({ position, index });
      // Those that are read on the way are looked at too.
      for (const position of positions) {
        const bytes = log.recordAt(position, (reader) => readRecord(reader, position, history, ledger));
        kept.push({ position, bytes });
      }
    });
    return kept.sort((one, other) => one.position - other.position);
  }
}

/** The mail of a process's turns from a slot on. */
function* pastOf(process: Process, fromSlot: number): Generator<Mail> {
  for (const { assignment } of process.surroundings.past(process, fromSlot)) yield assignment;
}
