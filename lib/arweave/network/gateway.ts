import { HeddleError } from '../../core/error.ts';
import { type Id, idToBytes } from '../../core/id.ts';
import type { DataItem } from '../item.ts';
import { GatewayCache } from './gateway-cache.ts';
import {
  type Block,
  type ChainInfo,
  fetchBlock,
  fetchInfo,
  fetchStatus,
  type TransactionStatus,
} from './gateway-chain.ts';
import {
  type ByteRange,
  fetchData,
  fetchRange,
  fetchTransaction,
  streamData,
  type VerifiedTransaction,
} from './gateway-content.ts';
import { fetchItem } from './gateway-items.ts';
import { type ListedTransaction, listTransactions, type TransactionQuery } from './gateway-listing.ts';
import { HttpHosts, type HttpOptions } from './http-hosts.ts';
import type { Transaction } from './transaction.ts';

/** Which gateways are read, and how. */
export interface GatewayOptions extends HttpOptions {
  /** The gateways, such as `https://arweave.net`: the first is asked, and when it fails the next. */
  readonly urls: readonly string[];
}

/** How something is read. */
export interface ReadOptions {
  /** Ends the reading, with `request-aborted`. */
  readonly signal?: AbortSignal;
}

/**
 * Reads Arweave through gateways, none of which is trusted more than it has to be.
 *
 * | Method | What is proven |
 * | --- | --- |
 * | `transaction` | all of it: the id is that of the signature, and the owner signed the rest |
 * | `data`, `range`, `stream` | that it is the data of that transaction or item: every byte |
 * | `item` | all of it: the owner signed the whole item |
 * | `transactions` | nothing but that what is listed would fit the query; nor that anything is missing |
 * | `block`, `info`, `status` | nothing; of a block, that it says the height that was asked for |
 * | `unverified` | nothing, as its name says |
 *
 * What is not what was asked for is refused, and the next gateway asked. When none is left: `gateway-not-found` if all of
 * them know nothing of it, `gateway-unreachable` if one may have it but did not answer, `gateway-refused`,
 * `response-malformed`, `response-over-limit` or `response-unverified` if that is all that came; `facts.reasons` says it of
 * each. An id that is none is refused with `id-invalid`.
 */
export interface Gateway {
  /** A transaction of the base layer. */
  transaction(id: Id, options?: ReadOptions): Promise<Transaction>;
  /** The data of a transaction or data item as a whole, at most the limit `dataBytes` of it. */
  data(id: Id, options?: ReadOptions): Promise<Uint8Array>;
  /**
   * A part of the data of a transaction or data item, from the byte `from` up to `to`, or to where the data ends. Of a
   * transaction, only the chunks that hold it are read; of an item, all of it, since less cannot be verified.
   */
  range(id: Id, from: number, to: number, options?: ReadOptions): Promise<Uint8Array>;
  /**
   * The data of a transaction of any size, piece by piece, each proven before it comes; with `from` and `to`, that part of
   * it. It needs gateways or nodes that give chunks. That of an item comes in one piece.
   */
  stream(id: Id, options?: ReadOptions & Partial<ByteRange>): AsyncGenerator<Uint8Array, void, void>;
  /** A data item. With the id of its `bundle` it is read from there, without asking in which it is. */
  item(id: Id, options?: ReadOptions & { readonly bundle?: Id }): Promise<DataItem>;
  /** What gateways list for a query, page by page, as far as it is read. One gateway gives all of it. */
  transactions(query: TransactionQuery): AsyncGenerator<ListedTransaction, void, void>;
  /** The block of a height. */
  block(height: number, options?: ReadOptions): Promise<Block>;
  /** The height and the name of the chain. */
  info(options?: ReadOptions): Promise<ChainInfo>;
  /** How far a transaction or data item has come. */
  status(id: Id, options?: ReadOptions): Promise<TransactionStatus>;
  /**
   * A part of what a gateway gives for an id, from the byte `from` up to `to` or to where it ends. For what is too large to
   * be verified, such as an item of gigabytes: know who you ask.
   */
  unverified(id: Id, from: number, to: number, options?: ReadOptions): Promise<Uint8Array>;
}

/**
 * A reader of Arweave. It runs wherever there are `fetch` and WebCrypto.
 *
 * Refuses with `option-invalid` what are no urls or limits.
 *
 * @example
 * ```ts
 * import { gateway } from 'heddle/arweave';
 *
 * const arweave = gateway({ urls: ['https://arweave.net', 'https://permagate.io'] });
 * const modules = arweave.transactions({ tags: { 'Data-Protocol': 'ao', Type: 'Module' }, sort: 'ascending' });
 * for await (const { id } of modules) {
 *   const wasm = await arweave.data(id);
 *   console.log(id, wasm.length);
 *   break;
 * }
 * ```
 */
export const gateway = (options: GatewayOptions): Gateway => new VerifyingGateway(options);

/** Refuses with `option-invalid` what is no gateway, such as the url of one. */
export function checkGateway(gateway: Gateway): void {
  if (typeof gateway?.transactions === 'function') return;
  throw new HeddleError('option-invalid', 'gateway is none: gateway({ urls }) makes one', { option: 'gateway' });
}

class VerifyingGateway implements Gateway {
  readonly #hosts: HttpHosts;
  readonly #cache: GatewayCache;

  constructor(options: GatewayOptions) {
    this.#hosts = new HttpHosts(options.urls, options);
    this.#cache = new GatewayCache(this.#hosts.limits.cacheBytes);
  }

  async transaction(id: Id, { signal }: ReadOptions = {}): Promise<Transaction> {
    idToBytes(id);
    return this.#cache.get<Transaction>(`transaction/${id}`) ?? (await this.#fetchTransaction(id, signal)).transaction;
  }

  async data(id: Id, options: ReadOptions = {}): Promise<Uint8Array> {
    // The caller may change what it gets.
    return (await this.#data(id, options)).slice();
  }

  async range(id: Id, from: number, to: number, options: ReadOptions = {}): Promise<Uint8Array> {
    checkRange(from, to);
    const { data, transaction } = await this.#source(id, options);
    if (data) return data.slice(from, to);
    const { dataBytes: most } = this.#hosts.limits;
    const end = Math.min(to, transaction.dataBytes);
    if (end - from > most) {
      const what = `the range has ${end - from} bytes, more than ${most} of dataBytes`;
      throw new HeddleError('response-over-limit', what, { id, limit: 'dataBytes', most });
    }
    const bytes = new Uint8Array(Math.max(0, end - from));
    let at = 0;
    for await (const piece of streamData(this.#hosts, transaction, { from, to: end }, options.signal)) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  async *stream(id: Id, options: ReadOptions & Partial<ByteRange> = {}): AsyncGenerator<Uint8Array, void, void> {
    const { from = 0, to = Number.MAX_SAFE_INTEGER, signal } = options;
    checkRange(from, to);
    const { data, transaction } = await this.#source(id, options);
    if (data) yield data.slice(from, to);
    else yield* streamData(this.#hosts, transaction, { from, to: Math.min(to, transaction.dataBytes) }, signal);
  }

  async item(id: Id, { bundle, signal }: ReadOptions & { readonly bundle?: Id } = {}): Promise<DataItem> {
    idToBytes(id);
    if (bundle !== undefined) idToBytes(bundle);
    const cached = this.#cache.get<DataItem>(`item/${id}`);
    if (cached) return cached;
    const item = await fetchItem(this.#hosts, id, bundle, signal);
    this.#cache.put(`item/${id}`, item, item.bytes.length);
    return item;
  }

  async *transactions(query: TransactionQuery): AsyncGenerator<ListedTransaction, void, void> {
    for (const id of query.ids ?? []) idToBytes(id);
    yield* listTransactions(this.#hosts, query);
  }

  async block(height: number, options: ReadOptions = {}): Promise<Block> {
    return fetchBlock(this.#hosts, height, options);
  }

  async info(options: ReadOptions = {}): Promise<ChainInfo> {
    return fetchInfo(this.#hosts, options);
  }

  async status(id: Id, options: ReadOptions = {}): Promise<TransactionStatus> {
    idToBytes(id);
    return fetchStatus(this.#hosts, id, options);
  }

  async unverified(id: Id, from: number, to: number, options: ReadOptions = {}): Promise<Uint8Array> {
    idToBytes(id);
    checkRange(from, to);
    return fetchRange(this.#hosts, id, { from, to }, options);
  }

  async #data(id: Id, options: ReadOptions): Promise<Uint8Array> {
    const { data, transaction } = await this.#source(id, options);
    if (data) return data;
    const whole = await fetchData(this.#hosts, transaction, options.signal);
    this.#cache.put(`data/${id}`, whole, whole.length);
    return whole;
  }

  /** The data, where it comes with what it is verified by or is kept; else the transaction that it is verified by. */
  async #source(id: Id, options: ReadOptions): Promise<Source> {
    idToBytes(id);
    const data = this.#cache.get<Uint8Array>(`data/${id}`) ?? this.#cache.get<DataItem>(`item/${id}`)?.data;
    if (data) return { data };
    const kept = this.#cache.get<Transaction>(`transaction/${id}`);
    if (kept?.format === 2) return { transaction: kept };
    try {
      const found = await this.#fetchTransaction(id, options.signal);
      return found.data ? { data: found.data } : { transaction: found.transaction };
    } catch (error) {
      if (!(error instanceof HeddleError && error.code === 'gateway-not-found')) throw error;
      return { data: (await this.item(id, options)).data };
    }
  }

  async #fetchTransaction(id: Id, signal: AbortSignal | undefined): Promise<VerifiedTransaction> {
    const found = await fetchTransaction(this.#hosts, id, signal);
    const { transaction, data } = found;
    this.#cache.put(`transaction/${id}`, transaction, 2 * JSON.stringify(transaction.wire).length);
    if (data) this.#cache.put(`data/${id}`, data, data.length);
    return found;
  }
}

type Source =
  | { readonly data: Uint8Array; readonly transaction?: undefined }
  | { readonly data?: undefined; readonly transaction: Transaction };

function checkRange(from: number, to: number): void {
  if (Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && to >= from) return;
  throw new HeddleError('option-invalid', `from ${from} to ${to} is no range of bytes`, { option: 'range' });
}
