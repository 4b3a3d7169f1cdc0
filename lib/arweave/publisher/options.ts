import { HeddleError } from '../../core/error.ts';
import { idToBytes } from '../../core/id.ts';
import type { MessageSigner } from '../../core/message-signer.ts';
import type { RandomStream } from '../../core/random.ts';
import type { Notes } from '../../store/notes.ts';
import type { Store } from '../../store/store.ts';
import type { StoredItem } from '../bundle-builder.ts';
import { DataItem } from '../item.ts';
import type { Gateway } from '../network/gateway.ts';
import type { ItemUploader } from '../network/uploader-items.ts';
import type { TransactionUploader } from '../network/uploader-transactions.ts';
import type { WallClock } from '../network/wall-clock.ts';
import type { Signer } from '../signer.ts';
import type { Backlog } from './backlog.ts';
import type { PublisherLimits } from './publisher-limits.ts';

/** What a publisher is given. */
export interface PublishOptions {
  /** The one that the system was created with. */
  readonly signer: Signer & MessageSigner;
  /** Where it all goes: to a node, as transactions that carry bundles, or to a bundler. */
  readonly uploader: TransactionUploader | ItemUploader;
  /** What a bundler gets: bundles, each as one item, or all items one by one. Bundles by default. */
  readonly as?: 'bundles' | 'items';
  /**
   * Where is noted how far it has come: the store of the system, or another that lives as long. If they have a `flush`, it is
   * awaited before anything is paid.
   */
  readonly notes: Notes & Partial<Pick<Store, 'flush'>>;
  /** The modules of processes as items that somebody has signed. They are written first, in their order. */
  readonly modules?: readonly (DataItem | StoredItem)[];
  /** Says which other modules are on Arweave already. */
  readonly gateway?: Pick<Gateway, 'status'>;
  readonly limits?: Partial<PublisherLimits>;
  /** Is told whenever something was published or has failed. */
  readonly onProgress?: (backlog: Backlog) => void;
  /** Is told what went wrong. What can be tried again is, with longer and longer waits. */
  readonly onError?: (error: unknown) => void;
  /** Closes it. */
  readonly signal?: AbortSignal;
  /** What waiting goes by: the machine's time by default. */
  readonly clock?: WallClock;
  /** What the waits are made uneven with: a stream of its own by default. */
  readonly random?: RandomStream;
}

/** Refuses what is no item, which would be tried again and again. */
export function checkItem(item: DataItem | StoredItem): void {
  idToBytes(item?.id);
  if (item instanceof DataItem || typeof item.open === 'function') return;
  throw new HeddleError('option-invalid', `${item.id} is no item: signItem makes one`, { option: 'item' });
}

/** Refuses options that are none, or make no sense together. */
export function checkPublishOptions(options: PublishOptions): void {
  const { as, uploader, signer, notes, modules = [], signal } = options;
  const check = (isOne: boolean, option: string, what: string) => {
    if (!isOne) throw new HeddleError('option-invalid', `${option} ${what}`, { option });
  };
  check(typeof uploader?.upload === 'function', 'uploader', 'is none: itemUploader and transactionUploader make one');
  check(typeof signer?.sign === 'function', 'signer', 'is none: the system was created with one');
  check(typeof notes?.putNote === 'function', 'notes', 'can keep nothing: the store of the system can');
  check(!signal || typeof signal.addEventListener === 'function', 'signal', 'is no AbortSignal');
  for (const module of modules) checkItem(module);
  if (as !== undefined && as !== 'bundles' && as !== 'items') {
    throw new HeddleError('option-invalid', `as is ${String(as)}, not bundles or items`, { option: 'as' });
  }
  if (as === 'items' && 'uploadBundle' in uploader) {
    throw new HeddleError('option-invalid', 'transactions carry bundles, not single items', { option: 'as' });
  }
}
