/**
 * Looking through a store on disk.
 *
 * @module
 */
import type { MessageSigner } from '../core/message-signer.ts';
import { inspectStore, type StoreProgress, type StoreReport } from '../store/lmdb/inspect.ts';
import { checkLog } from './check-log.ts';

export type { StoreProgress, StoreReport } from '../store/lmdb/inspect.ts';
export type { StoreDamage } from '../store/lmdb/survey.ts';

/** What {@link checkStore} found. */
export interface CheckedStore extends StoreReport {
  /** Records of the log that can be read, and the processes that they tell of. */
  readonly records: number;
  readonly processes: number;
}

/** How a store is looked through. */
export interface CheckOptions {
  /** Who signed what is in it, if somebody did. */
  readonly signer?: MessageSigner;
  readonly onProgress?: (progress: StoreProgress) => void;
}

/**
 * Looks through a store that `lmdbStore` made, without changing it: whether every piece of the log, every checkpoint, every
 * note and every blob is as it was written, and whether the log can be read, record by record, as a system does that goes on from
 * it. No module is needed, and no system; a store that a program left open when it ended is looked through all the same.
 * A store without damages opens; of another, `repairStore` keeps what is good.
 *
 * Throws `store-locked` while somebody has it open, `store-invalid` if it is none, `store-damaged` if its `log.mdb` is gone,
 * `store-failed` if the system does not let it be read, `option-invalid` if somebody else signed what is in it.
 *
 * @example
 * ```ts
 * import { checkStore } from 'heddle/store/check';
 * import { repairStore } from 'heddle/store/lmdb';
 *
 * const { damages, goodLength, records } = await checkStore('data/shop');
 * for (const { what, reason, position } of damages) console.log(what, reason, position ?? '');
 * console.log(`${records} records are good, up to byte ${goodLength} of the log`);
 * if (damages.length > 0) await repairStore('data/shop', { truncateTo: goodLength });
 * ```
 */
export async function checkStore(folder: string, { onProgress, signer }: CheckOptions = {}): Promise<CheckedStore> {
  let [records, processes, readable] = [0, 0, 0];
  const report = await inspectStore(folder, onProgress, async (good, goodLength) => {
    const log = await checkLog(good, signer);
    ({ records, processes, goodLength: readable } = log);
    if (log.flaw === undefined || readable >= goodLength) return [];
    return [{ what: 'record', reason: log.flaw, position: readable }];
  });
  return { ...report, goodLength: Math.min(report.goodLength, readable), records, processes };
}
