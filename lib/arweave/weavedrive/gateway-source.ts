import { HeddleError } from '../../core/error.ts';
import type { Id } from '../../core/id.ts';
import type { Tags } from '../../core/tags.ts';
import { checkGateway, type Gateway } from '../network/gateway.ts';
import type { ListedTransaction } from '../network/gateway-listing.ts';
import type { Transaction } from '../network/transaction.ts';
import type { AttestationQuery, DriveSource } from './drive-source.ts';

/** How a gateway is read by a drive. */
export interface GatewaySourceOptions {
  /**
   * Whether all is verified that can be, by default: of data, that it is that of the id, and of attestations, that they were
   * signed. Data of a transaction is then read chunk by chunk, that of an item as a whole, within what the gateway's limit
   * `dataBytes` allows. Without, what gateways say is taken for true, and ranges of any data are read as they are asked for.
   */
  readonly verify?: boolean;
}

/**
 * Reads what a drive needs through gateways. A header is the JSON of what is proven or said of it, without a transaction's
 * data; AO has the very text that the gateway sent. Refuses with `option-invalid` what is no gateway.
 *
 * @example
 * ```ts
 * import { fromGateway, gateway, weaveDrive } from 'heddle/arweave';
 *
 * // A model of gigabytes, from a gateway of one's own.
 * const own = gateway({ urls: ['http://localhost:4000'] });
 * const drive = weaveDrive(fromGateway(own, { verify: false }));
 * ```
 */
export function fromGateway(gateway: Gateway, { verify = true }: GatewaySourceOptions = {}): DriveSource {
  checkGateway(gateway);
  return verify ? new VerifyingSource(gateway) : new TrustingSource(gateway);
}

class TrustingSource implements DriveSource {
  protected readonly gateway: Gateway;

  constructor(gateway: Gateway) {
    this.gateway = gateway;
  }

  async size(id: Id, signal: AbortSignal): Promise<number> {
    for await (const { dataBytes } of this.gateway.transactions({ ids: [id], first: 1, signal })) return dataBytes;
    throw new HeddleError('gateway-not-found', `No gateway lists ${id}`, { id });
  }

  range(id: Id, from: number, to: number, signal: AbortSignal): Promise<Uint8Array> {
    return this.gateway.unverified(id, from, to, { signal });
  }

  async transaction(id: Id, signal: AbortSignal): Promise<string> {
    const { wire, owner } = await this.gateway.transaction(id, { signal });
    return JSON.stringify({ ...wire, data: '', ownerAddress: owner });
  }

  async block(height: number, signal: AbortSignal): Promise<string> {
    return JSON.stringify((await this.gateway.block(height, { signal })).wire);
  }

  async height(signal: AbortSignal): Promise<number> {
    return (await this.gateway.info({ signal })).height;
  }

  async attests({ owners, tags, maxHeight }: AttestationQuery, signal: AbortSignal): Promise<boolean> {
    const query = { owners, tags, block: { min: 0, max: maxHeight }, first: mostListed, signal };
    let listed = 0;
    for await (const one of this.gateway.transactions(query)) {
      if (one.block) {
        await this.prove(one, signal);
        return true;
      }
      if (++listed >= mostListed) break;
    }
    return false;
  }

  /** Refuses what is not as it is listed. */
  protected async prove(_listed: ListedTransaction, _signal: AbortSignal): Promise<void> {}
}

class VerifyingSource extends TrustingSource {
  override async size(id: Id, signal: AbortSignal): Promise<number> {
    const transaction = await this.#transaction(id, signal);
    return transaction?.dataBytes ?? (await this.gateway.item(id, { signal })).data.length;
  }

  override range(id: Id, from: number, to: number, signal: AbortSignal): Promise<Uint8Array> {
    return this.gateway.range(id, from, to, { signal });
  }

  protected override async prove({ id, owner, tags, bundle }: ListedTransaction, signal: AbortSignal): Promise<void> {
    const transaction = bundle ? undefined : await this.#transaction(id, signal);
    const proven = transaction ?? (await this.#item(id, bundle, signal));
    if (proven.owner === owner && isSubset(tags, proven.tags)) return;
    throw new HeddleError('response-unverified', `${id} is another item than is listed`, { id });
  }

  async #item(id: Id, bundle: Id | null, signal: AbortSignal) {
    const { address, tags } = await this.gateway.item(id, { signal, ...(bundle && { bundle }) });
    return { owner: address, tags };
  }

  /** Undefined if it is none of the base layer. */
  async #transaction(id: Id, signal: AbortSignal): Promise<Transaction | undefined> {
    try {
      return await this.gateway.transaction(id, { signal });
    } catch (error) {
      if (error instanceof HeddleError && error.code === 'gateway-not-found') return undefined;
      throw error;
    }
  }
}

/** Anybody who is asked for may sign as many as he likes; one is enough. */
const mostListed = 10;

const isSubset = (tags: Tags, of: Tags): boolean =>
  tags.every(({ name, value }) => of.some((one) => one.name === name && one.value === value));
