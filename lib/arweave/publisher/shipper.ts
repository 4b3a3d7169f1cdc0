import { HeddleError } from '../../core/error.ts';
import { buildBundle, type StoredItem } from '../bundle-builder.ts';
import { bundleTags } from '../bundle-header.ts';
import type { DataItem } from '../item.ts';
import { signItem } from '../item-signing.ts';
import type { ItemUploader } from '../network/uploader-items.ts';
import { bundleOf, type TransactionUploader } from '../network/uploader-transactions.ts';
import type { WallClock } from '../network/wall-clock.ts';
import type { Signer } from '../signer.ts';
import type { KeptUpload } from './journal.ts';

/** How something is sent. */
export interface ShipOptions {
  /** What was kept of an earlier try. */
  readonly kept: KeptUpload | undefined;
  /** Keeps what another try goes on from, or forgets it. Nothing is paid before. */
  readonly keep: (kept: KeptUpload | undefined) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Sends items, so that what was sent before is not paid again. */
export interface Shipper {
  /** Sends items that belong together. */
  ship(items: readonly DataItem[], options: ShipOptions): Promise<void>;
  /** Sends one item for itself. */
  shipOne(item: DataItem | StoredItem, options: ShipOptions): Promise<void>;
}

/** Sends bundles as transactions. */
export function transactionShipper(uploader: TransactionUploader, clock: WallClock): Shipper {
  type Items = readonly (DataItem | StoredItem)[];

  /** Signs a transaction and sends it. */
  const begin = async (items: Items, { keep, signal }: ShipOptions) => {
    const signedMs = clock.nowMs();
    try {
      await uploader.uploadBundle(items, { onState: (state) => keep({ state, signedMs }), signal });
    } catch (error) {
      // It is certain that nobody has it.
      if (isRefusal(error)) await keep(undefined);
      throw error;
    }
  };

  /** Goes on with a transaction that may have been posted. Says whether it cannot be any more. */
  const resume = async (items: Items, { keep, signal }: ShipOptions, { state, signedMs }: KeptUpload) => {
    try {
      await uploader.resume(state, bundleOf(items), { onState: (next) => keep({ state: next, signedMs }), signal });
      return false;
    } catch (error) {
      const isOld = clock.nowMs() - signedMs > mostPendingMs;
      if (!isOld || state.isPosted || !isRefusal(error)) throw error;
      if ((await uploader.status(state.transaction.id, { signal })).state !== 'unknown') throw error;
      return true;
    }
  };

  const send = async (items: Items, options: ShipOptions) => {
    const { kept } = options;
    if (!kept || (await resume(items, options, kept))) await begin(items, options);
  };
  return { ship: send, shipOne: (item, options) => send([item], options) };
}

/**
 * After so long no node takes a transaction that none has: it names one of the last 50 blocks, which come every two minutes
 * or so.
 */
const mostPendingMs = 86_400_000;

const isRefusal = (error: unknown): boolean => error instanceof HeddleError && error.code === 'upload-refused';

/** Sends bundles as items that `signer` signs, always in the same way. */
export function bundleShipper(uploader: ItemUploader, signer: Signer): Shipper {
  return {
    async ship(items, { signal }) {
      await uploader.upload(await signItem({ tags: bundleTags, data: buildBundle(items) }, signer), { signal });
    },
    shipOne: (item, options) => sendItem(uploader, item, options),
  };
}

/** Sends each item for itself. */
export function itemShipper(uploader: ItemUploader): Shipper {
  const sent = new WeakSet<DataItem>();
  return {
    async ship(items, options) {
      const send = async (item: DataItem) => {
        await sendItem(uploader, item, options);
        sent.add(item);
      };
      const results = await Promise.allSettled(items.filter((item) => !sent.has(item)).map(send));
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
    shipOne: (item, options) => sendItem(uploader, item, options),
  };
}

const sendItem = async (uploader: ItemUploader, item: DataItem | StoredItem, { signal }: ShipOptions) => {
  await uploader.upload(item, { signal });
};
