import type { SlotRef } from '../core/assignment.ts';
import type { Cause } from '../core/dead-letter.ts';
import type { Log } from '../store/log/log.ts';
import type { Ledger } from './ledger.ts';
import type { History } from './record/history.ts';
import { kinds } from './record/kinds.ts';
import { readTurn, type TurnHeader } from './record/turn.ts';

/** Reads from a log why something is in it. */
export class Causes {
  readonly #log: Log;
  readonly #history: History;
  readonly #ledger: Ledger;

  constructor(log: Log, history: History, ledger: Ledger) {
    this.#log = log;
    this.#history = history;
    this.#ledger = ledger;
  }

  /** The turn whose record is there; undefined if that is no turn's. */
  turnAt(position: number): SlotRef | undefined {
    const header = this.#headerAt(position);
    return header && { process: header.process.id, slot: header.slot };
  }

  /** The turn whose record is there, the one that sent what that handled, and so on. */
  chain(position: number): readonly Cause[] {
    const causes: Cause[] = [];
    for (let header = this.#headerAt(position); header; header = this.#headerAt(header.mailPosition)) {
      const { process, slot, mailPosition, mailIndex } = header;
      const message = this.#history.message({ position: mailPosition, index: mailIndex });
      const action = message.tag('Action');
      causes.push({ process: process.id, slot, message: message.id, ...(action !== undefined && { action }) });
    }
    return causes;
  }

  #headerAt(position: number): TurnHeader | undefined {
    const reader = this.#log.at(position);
    const kind = reader.byte();
    return kind === kinds.turn || kind === kinds.failedTurn ? readTurn(reader, position, this.#ledger) : undefined;
  }
}
