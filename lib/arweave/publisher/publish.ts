import { HeddleError } from '../../core/error.ts';
import type { Notes } from '../../store/notes.ts';
import type { System } from '../../system/system.ts';
import { type WallClock, wallClock } from '../network/wall-clock.ts';
import { invalid, Journal } from './journal.ts';
import { checkPublishOptions, type PublishOptions } from './options.ts';
import { Publisher } from './publisher.ts';
import { publisherLimitsOf } from './publisher-limits.ts';
import { bundleShipper, itemShipper, type Shipper, transactionShipper } from './shipper.ts';

/** Refuses notes that have seen more of the log than there is: they are not those of this store. */
async function checkLog(system: System, { done }: Journal): Promise<void> {
  try {
    await system.steps(done.position).next();
  } catch (cause) {
    if (!(cause instanceof HeddleError) || cause.code !== 'option-invalid') throw cause;
    throw invalid(`the notes have the log published up to ${done.position}, where it is not yet`);
  }
}

function shipperOf({ uploader, signer, as }: PublishOptions, clock: WallClock): Shipper {
  if ('uploadBundle' in uploader) return transactionShipper(uploader, clock);
  return as === 'items' ? itemShipper(uploader) : bundleShipper(uploader, signer);
}

/** The notes that publishers write now. */
const inUse = new WeakSet<Notes>();

/**
 * Writes what a system does to Arweave, in the background: each process, each message that got a slot or left the system, and
 * the assignment of each slot that was evaluated, as the items that they are already, in the order in which it happened. So
 * a system can come back from there alone. It follows the system until it is closed; `settled` says when all is there.
 *
 * Nothing is published before it is durable. Another publisher with the same notes goes on where this one was, whatever
 * ended it, and nothing is paid twice. What fails is tried again, with longer and longer waits; the system does not notice.
 *
 * Refuses with `publisher-busy` if a publisher uses these notes already, with `publication-invalid` if they hold that of
 * another run, with `option-invalid`, and as `flush` of the system does.
 *
 * @example
 * ```ts
 * import { createSystem } from 'heddle';
 * import { ed25519Signer, generateEd25519Key, publish, signerFromFile, transactionUploader } from 'heddle/arweave';
 * import { lmdbStore } from 'heddle/store/lmdb';
 *
 * const store = lmdbStore('run');
 * const signer = ed25519Signer(generateEd25519Key()); // to be kept: it is who the system is
 * const system = createSystem({ seed: 'shop 1', store, signer });
 * const uploader = transactionUploader({
 *   urls: ['https://arweave.net'],
 *   signer: await signerFromFile('wallet.json'), // who pays
 *   mostWinston: 10n ** 11n,
 * });
 * const publisher = await publish(system, { signer, uploader, notes: store, onError: console.error });
 * await system.settle();
 * await publisher.settled();
 * console.log(publisher.backlog.published); // { slots, items, bytes, bundles }
 * await publisher.close();
 * ```
 */
export async function publish(system: System, options: PublishOptions): Promise<Publisher> {
  checkPublishOptions(options);
  const { signer, notes, clock = wallClock } = options;
  const limits = publisherLimitsOf(options.limits);
  if (system.addresses.scheduler !== signer.address) {
    const what = `the system was created with another signer than ${signer.address}, or with none`;
    throw new HeddleError('option-invalid', what, { option: 'signer' });
  }
  if (inUse.has(notes)) throw new HeddleError('publisher-busy', 'a publisher uses these notes already');
  inUse.add(notes);
  try {
    await system.flush();
    const journal = await Journal.open(notes, signer.address, system.processes[0]?.id);
    await checkLog(system, journal);
    const shipper = shipperOf(options, clock);
    return new Publisher({ system, options, limits, clock, journal, shipper, closed: () => inUse.delete(notes) });
  } catch (error) {
    inUse.delete(notes);
    throw error;
  }
}
