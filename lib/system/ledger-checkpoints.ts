import { type Awaitable, isPending } from '../core/awaitable.ts';
import { inStore } from '../store/guard.ts';
import type { Log } from '../store/log/log.ts';
import type { Store } from '../store/store.ts';
import type { Ledger } from './ledger.ts';
import { packLedger } from './ledger-checkpoint.ts';

/** Keeps checkpoints of a ledger in the store, so that going on from it takes as long however long the log is. */
export class LedgerCheckpoints {
  readonly #store: Store;
  readonly #log: Log;
  readonly #ledger: Ledger;
  #dueAt: number;

  constructor(store: Store, log: Log, ledger: Ledger) {
    this.#store = store;
    this.#log = log;
    this.#ledger = ledger;
    this.#dueAt = ledger.limits.ledgerCheckpointBytes;
  }

  /** Notes that a system goes on from the end of the log. */
  begin(): void {
    this.#dueAt = this.#log.end + this.#ledger.limits.ledgerCheckpointBytes;
  }

  /** Whether one is to be taken. */
  get isDue(): boolean {
    return this.#log.end >= this.#dueAt;
  }

  /** Takes one. All that is recorded is stored. */
  take(): Awaitable<void> {
    const bytes = packLedger(this.#ledger, this.#log.digestState);
    const position = this.#log.end;
    this.#dueAt = position + Math.max(this.#ledger.limits.ledgerCheckpointBytes, bytes.length * 8);
    const kept = inStore('a checkpoint of the ledger was not stored', () => this.#store.putLedger({ position, bytes }));
    if (isPending(kept)) return kept;
  }
}
