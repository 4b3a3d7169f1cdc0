import { encodeBase64Url } from '../../core/base64url.ts';
import { HeddleError } from '../../core/error.ts';
import { type Id, idToBytes } from '../../core/id.ts';
import { type TagsInput, toTags } from '../../core/tags.ts';
import { type StoredItem, streamBundle } from '../bundle-builder.ts';
import { bundleTags, entryBytes, numberBytes } from '../bundle-header.ts';
import { DataItem } from '../item.ts';
import { type Signer, signWith } from '../signer.ts';
import type { Answer } from './answer.ts';
import { type DataSource, partsOf, type StoredData, storedData } from './data-source.ts';
import { DataTree } from './data-tree.ts';
import { fetchStatus, type TransactionStatus } from './gateway-chain.ts';
import { HttpHosts, type HttpOptions } from './http-hosts.ts';
import {
  readTransaction,
  signedBytes,
  verifiedTransaction,
  type WireTransaction,
  withSignature,
} from './transaction.ts';
import { sendTransaction } from './transaction-sender.ts';
import type { TransactionUploadOptions, UploadOptions, UploadState } from './uploader.ts';

/** Which nodes take transactions, and who signs and pays. */
export interface TransactionUploaderOptions extends HttpOptions {
  /** Nodes or gateways of one network: the first is asked, and when it fails the next. */
  readonly urls: readonly string[];
  /** An Arweave wallet. */
  readonly signer: Signer;
  /** How much winston one transaction may cost. Nodes say what they want for it: over this, it is not signed. */
  readonly mostWinston: bigint;
}

/** Writes to Arweave itself. */
export interface TransactionUploader {
  /**
   * Signs a transaction of format 2 with this data, posts it, and uploads its chunks. One that has up to 256 KiB goes with
   * its transaction. At most as many chunks as the limit `requests` says are in memory.
   *
   * Refuses with `price-over-limit`; with `upload-refused` if it is certain that no node took the transaction, with
   * `upload-unconfirmed` if it is not; with `upload-incomplete` if it was taken, but not all of its chunks; with
   * `request-aborted`; and as a gateway does if no node says the price and the newest block, when nothing is signed yet.
   */
  upload(
    data: DataSource,
    options?: TransactionUploadOptions & { readonly tags?: TagsInput },
  ): Promise<{ readonly id: Id }>;
  /** The same with a bundle of these items, which are read when their turn comes. */
  uploadBundle(
    items: readonly (DataItem | StoredItem)[],
    options?: TransactionUploadOptions & { readonly tags?: TagsInput },
  ): Promise<{ readonly id: Id }>;
  /** Goes on with an upload, with the same data. Refuses as `upload` does, and another state or other data with `upload-invalid`. */
  resume(state: UploadState, data: DataSource, options?: TransactionUploadOptions): Promise<{ readonly id: Id }>;
  /** How far a transaction has come. */
  status(id: Id, options?: { readonly signal?: AbortSignal }): Promise<TransactionStatus>;
}

/**
 * An uploader of transactions that `signer` pays. Refuses with `option-invalid` another signer than a wallet, and what is no
 * bound of the price.
 *
 * @example
 * ```ts
 * import { openAsBlob } from 'node:fs';
 * import { writeFile } from 'node:fs/promises';
 * import { signerFromFile, transactionUploader } from 'heddle/arweave';
 *
 * const arweave = transactionUploader({
 *   urls: ['https://arweave.net'],
 *   signer: await signerFromFile('wallet.json'),
 *   mostWinston: 10n ** 12n, // one AR
 * });
 * const { id } = await arweave.upload(await openAsBlob('snapshot'), {
 *   tags: { 'Content-Type': 'application/octet-stream' },
 *   onState: (state) => writeFile('upload.json', JSON.stringify(state)),
 *   onProgress: (sent, total) => console.log(`${sent} of ${total} bytes`),
 * });
 * ```
 */
export function transactionUploader(options: TransactionUploaderOptions): TransactionUploader {
  const { signer, mostWinston } = options;
  if (signer?.type !== 1) {
    throw new HeddleError('option-invalid', 'only Arweave wallets sign transactions', { option: 'signer' });
  }
  // Whatever else it is, no price might be over it.
  if (typeof mostWinston !== 'bigint') {
    const what = `mostWinston is ${String(mostWinston)}, not a bigint`;
    throw new HeddleError('option-invalid', what, { option: 'mostWinston' });
  }
  const hosts = new HttpHosts(options.urls, options);

  const upload: TransactionUploader['upload'] = async (source, given = {}) => {
    const data = storedData(source);
    const tree = await treeOf(data, given.signal);
    const transaction = await sign(hosts, signer, mostWinston, tree, data.byteLength, given);
    const state: UploadState = { transaction, isPosted: false, chunks: 0 };
    await given.onState?.(state);
    return sendTransaction(hosts, state, tree, data, given);
  };

  return {
    upload,
    uploadBundle: (items, { tags, ...given } = {}) =>
      upload(bundleOf(items), { ...given, tags: [...bundleTags, ...toTags(tags)] }),
    async resume(given, source, how = {}) {
      const state = await checkedState(given);
      const data = storedData(source);
      const { data_size, data_root } = state.transaction;
      const isAsLong = String(data.byteLength) === data_size;
      const tree = isAsLong ? await treeOf(data, how.signal) : undefined;
      if (tree?.root && encodeBase64Url(tree.root) === data_root) return sendTransaction(hosts, state, tree, data, how);
      throw new HeddleError('upload-invalid', `the data is not that of ${state.transaction.id}`);
    },
    async status(id, given = {}) {
      idToBytes(id);
      return fetchStatus(hosts, id, given);
    },
  };
}

/** The first reading. */
async function treeOf(data: StoredData, signal: AbortSignal | undefined): Promise<DataTree> {
  if (data.byteLength === 0) throw new HeddleError('option-invalid', 'there is no data', { option: 'data' });
  const tree = new DataTree(data.byteLength);
  for await (const part of partsOf(data, tree.chunks)) {
    if (signal?.aborted)
      throw new HeddleError('request-aborted', 'the upload was aborted', {}, { cause: signal.reason });
    tree.push(part);
  }
  return tree;
}

async function sign(
  hosts: HttpHosts,
  signer: Signer,
  mostWinston: bigint,
  tree: DataTree,
  dataBytes: number,
  { tags, signal }: UploadOptions & { readonly tags?: TagsInput },
): Promise<WireTransaction> {
  const ask = (path: string, pattern: RegExp) =>
    hosts.ask(
      { path, read: async (answer: Answer) => textLike(await answer.text(mostTextBytes), pattern) },
      { signal },
    );
  const [reward, anchor] = await Promise.all([
    ask(`/price/${dataBytes}`, /^\d{1,30}$/),
    // The newest blocks, or this wallet's last transaction: what keeps the transaction from being used again later.
    ask('/tx_anchor', /^[\w-]{43,64}$/),
  ]);
  if (BigInt(reward) > mostWinston) {
    throw new HeddleError('price-over-limit', `it would cost ${reward} winston, of ${mostWinston}`, {
      winston: reward,
    });
  }
  const unsigned: WireTransaction = {
    format: 2,
    id: '',
    last_tx: anchor,
    owner: encodeBase64Url(signer.publicKey),
    tags: toTags(tags).map(({ name, value }) => ({ name: base64Url(name), value: base64Url(value) })),
    target: '',
    quantity: '0',
    data: '',
    data_size: String(dataBytes),
    data_root: encodeBase64Url(tree.root ?? new Uint8Array(0)),
    reward: String(BigInt(reward)),
    signature: '',
  };
  return withSignature(unsigned, await signWith(signer, signedBytes(unsigned)));
}

const mostTextBytes = 1_024;
const encoder = new TextEncoder();
const base64Url = (text: string) => encodeBase64Url(encoder.encode(text));

function textLike(text: string, pattern: RegExp): string {
  if (pattern.test(text.trim())) return text.trim();
  throw new HeddleError('response-malformed', `it answers "${text.slice(0, 60)}"`);
}

/** What was stored may be anything. */
async function checkedState(state: UploadState): Promise<UploadState> {
  try {
    const json = JSON.parse(JSON.stringify(state)) as UploadState; // checked below
    const transaction = readTransaction({ ...json.transaction }, json.transaction.id);
    await verifiedTransaction(transaction);
    if (transaction.format !== 2 || !Number.isSafeInteger(json.chunks) || json.chunks < 0)
      throw new Error('its fields');
    return { transaction, isPosted: json.isPosted === true, chunks: json.chunks };
  } catch (cause) {
    throw new HeddleError('upload-invalid', 'the state is none that was reported', {}, { cause });
  }
}

/** The data of a bundle of these items, which are read when their turn comes. */
export const bundleOf = (items: readonly (DataItem | StoredItem)[]): StoredData => ({
  byteLength: items.reduce(
    (bytes, item) => bytes + entryBytes + (item instanceof DataItem ? item.bytes.length : item.byteLength),
    numberBytes,
  ),
  open: () => streamBundle(items),
});
