/** How a life publishes its run. */
import type { System } from 'heddle';
import {
  type ArweaveKey,
  arweaveSigner,
  type DataItem,
  type Publisher,
  type PublishOptions,
  publish,
  signItem,
  transactionUploader,
} from 'heddle/arweave';
import { signer } from './script.ts';

/** Where a run is published to, and who pays. */
export interface Sink {
  readonly url: string;
  readonly key: ArweaveKey;
}

/** A publisher that sends small bundles at once, so that there are many moments. */
export async function publisherOf(
  system: System,
  notes: PublishOptions['notes'],
  { url, key }: Sink,
): Promise<Publisher> {
  const uploader = transactionUploader({
    urls: [url],
    signer: arweaveSigner(key),
    mostWinston: 1_000n,
    limits: { requests: 1, firstRetryMs: 1 },
  });
  return publish(system, {
    signer,
    uploader,
    notes,
    limits: { bundleItems: 6, gatherMs: 0, restMs: 1, firstRetryMs: 1 },
    onError(error) {
      throw error;
    },
  });
}

/** The item that is written beside the run after a step, of those that have one. */
export async function sideItem(step: number): Promise<DataItem | undefined> {
  return step % 10 === 3 ? signItem({ data: `beside the run, ${step}` }, signer) : undefined;
}
