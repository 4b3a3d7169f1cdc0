import type { Module } from '../compute/executor.ts';
import { inlinePool } from '../compute/pool/index.ts';
import { HeddleError, reasonOf } from '../core/error.ts';
import type { Id } from '../core/id.ts';
import { defaultLimits } from '../core/limits.ts';
import type { MessageSigner } from '../core/message-signer.ts';
import type { Store } from '../store/store.ts';
import { addressesOf } from './addresses.ts';
import { assemble } from './assemble.ts';
import { mailboxOf } from './options.ts';
import { Recovery } from './recovery.ts';

/** What a log says, read record by record. */
export interface LogReport {
  readonly seed: string;
  readonly records: number;
  readonly processes: number;
  /** Up to here it can be read. */
  readonly goodLength: number;
  /** Why not any further. */
  readonly flaw: string | undefined;
}

/**
 * Reads all that a log says, as a system does that goes on from it, without any of its modules. Throws `option-invalid` if
 * somebody else signed it, since ids follow from signatures.
 */
export async function checkLog(
  good: Pick<Store, 'read' | 'ledger' | 'trimmed'>,
  signer?: MessageSigner,
  seed = '',
): Promise<LogReport> {
  const store = readOnly(good);
  const clock = { now: () => ({ timestampMs: 0, blockHeight: 0 }), advanceTo() {} };
  const policy = { arrived() {}, next: () => undefined };
  const carrier = { ...addressesOf(seed, signer), seed, signer, limits: defaultLimits };
  const engine = assemble(carrier, mailboxOf({}, defaultLimits), { policy, store, clock, pool: inlinePool });
  const { log, ledger } = engine;
  const recovery = new Recovery(engine);
  for (;;) {
    try {
      await recovery.run();
      return report(undefined);
    } catch (error) {
      const { module, seed: begun, option } = error instanceof HeddleError ? error.facts : {};
      // It says with which seed it was begun, and which modules it has.
      if (typeof begun === 'string' && begun !== seed) return checkLog(good, signer, begun);
      if (option === 'signer') throw error;
      if (typeof module !== 'string') return report(error instanceof HeddleError ? error.what : reasonOf(error));
      ledger.define(absent(module));
    }
  }

  function report(flaw: string | undefined): LogReport {
    const { records, processes } = ledger;
    return { seed, records, processes: processes.length, goodLength: log.end, flaw };
  }
}

/** A store that is only read, and only so much of it. */
function readOnly(good: Pick<Store, 'read' | 'ledger' | 'trimmed'>): Store {
  const refuse = (): never => {
    throw new Error('a log that is looked through stays as it is');
  };
  const refused = { append: refuse, putCheckpoint: refuse, checkpoint: refuse, putLedger: refuse, trim: refuse };
  const others = { putBlob: refuse, blob: refuse, flush: refuse, close: refuse, durableLength: 0 };
  return { ...refused, ...others, ...good, base: good.trimmed };
}

/** What stands for a module of which no more is known than its id. */
const absent = (id: Id): Module => ({
  id,
  owner: '',
  tags: [],
  load() {},
  start() {
    throw new HeddleError('module-unknown', `there is no module ${id}`, { module: id });
  },
});
