import { HeddleError } from '../../core/error.ts';
import type { Id } from '../../core/id.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Answer } from './answer.ts';
import { listTransactions } from './gateway-listing.ts';
import type { AskOptions, HttpHosts } from './http-hosts.ts';
import { parseJson } from './response-json.ts';
import { blockIdOf, idOf, listOf, malformed, objectOf, textOf, wholeOf } from './wire-fields.ts';

/** A block as a gateway gives it. Nothing of this is proven. */
export interface Block {
  /** 48 bytes in base64url; of an early block, 32. */
  readonly id: string;
  readonly height: number;
  readonly timestampMs: number;
  /** The block before, or null of the first one. */
  readonly previous: string | null;
  /** The transactions in it. */
  readonly transactions: readonly Id[];
  /** The block as nodes write it. */
  readonly wire: JsonObject;
}

/** What a gateway says of the chain. Nothing of this is proven. */
export interface ChainInfo {
  /** `arweave.N.1` is the main one. */
  readonly network: string;
  readonly height: number;
  /** The newest block. */
  readonly block: string;
}

/**
 * How far a transaction or data item has come: nobody knows it; it waits to be mined; it is in a block, on which `depth`
 * others have been built. A young block may still be replaced by another.
 */
export type TransactionStatus =
  | { readonly state: 'unknown' }
  | { readonly state: 'pending' }
  | { readonly state: 'confirmed'; readonly depth: number; readonly height: number; readonly block: string };

export function fetchBlock(hosts: HttpHosts, height: number, options: AskOptions): Promise<Block> {
  if (!Number.isSafeInteger(height) || height < 0) {
    throw new HeddleError('option-invalid', `${height} is no height of a block`, { option: 'height' });
  }
  const read = async (answer: Answer): Promise<Block> => {
    const wire = objectOf(await answer.json(hosts.limits), 'the block');
    if (wholeOf(wire.height, 'height') !== height) malformed('height', wire.height);
    return {
      id: blockIdOf(wire.indep_hash, 'indep_hash'),
      height,
      timestampMs: wholeOf(wire.timestamp, 'timestamp') * 1_000,
      previous: wire.previous_block ? blockIdOf(wire.previous_block, 'previous_block') : null,
      transactions: listOf(wire.txs ?? [], 'txs').map((id) => idOf(id, 'a transaction')),
      wire,
    };
  };
  return hosts.ask({ path: `/block/height/${height}`, read }, options);
}

export function fetchInfo(hosts: HttpHosts, options: AskOptions): Promise<ChainInfo> {
  const read = async (answer: Answer): Promise<ChainInfo> => {
    const fields = objectOf(await answer.json(hosts.limits), 'the answer');
    return {
      network: textOf(fields.network, 'network'),
      height: wholeOf(fields.height, 'height'),
      block: blockIdOf(fields.current, 'current'),
    };
  };
  return hosts.ask({ path: '/info', read }, options);
}

/** What nodes say of a transaction, or gateways of an item. */
export async function fetchStatus(hosts: HttpHosts, id: Id, options: AskOptions): Promise<TransactionStatus> {
  const { signal } = options;
  try {
    return await hosts.ask({ path: `/tx/${id}/status`, statuses: [200, 202], read: readStatus(hosts) }, options);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  try {
    // Nodes know transactions only, and have no listings.
    const { value: listed } = await listTransactions(hosts, { ids: [id], first: 1, ...(signal && { signal }) }).next();
    if (!listed) return { state: 'unknown' };
    if (!listed.block) return { state: 'pending' };
    const { height, id: block } = listed.block;
    const depth = Math.max(0, (await fetchInfo(hosts, options)).height - height);
    return { state: 'confirmed', depth, height, block };
  } catch (error) {
    if (isNotFound(error) || (error instanceof HeddleError && error.code === 'gateway-refused'))
      return { state: 'unknown' };
    throw error;
  }
}

const readStatus =
  ({ limits }: HttpHosts) =>
  async (answer: Answer): Promise<TransactionStatus> => {
    const bytes = await answer.bytes(limits.jsonBytes, 'jsonBytes');
    if (answer.status === 202 || new TextDecoder().decode(bytes.subarray(0, 16)) === 'Pending') {
      return { state: 'pending' };
    }
    const fields = objectOf(parseJson(bytes, limits), 'the status');
    return {
      state: 'confirmed',
      depth: wholeOf(fields.number_of_confirmations, 'number_of_confirmations'),
      height: wholeOf(fields.block_height, 'block_height'),
      block: blockIdOf(fields.block_indep_hash, 'block_indep_hash'),
    };
  };

const isNotFound = (error: unknown): boolean => error instanceof HeddleError && error.code === 'gateway-not-found';
