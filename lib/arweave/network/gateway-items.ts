import { decodeBase64Url } from '../../core/base64url.ts';
import { HeddleError } from '../../core/error.ts';
import { type Id, idToBytes } from '../../core/id.ts';
import { entryBytes, numberBytes, readCount, readEntry } from '../bundle-header.ts';
import { type DataItem, parseItem } from '../item.ts';
import { defaultItemLimits } from '../item-limits.ts';
import { signItem } from '../item-signing.ts';
import { verifyItem } from '../item-verification.ts';
import { signatureTypes } from '../signature-types.ts';
import type { Answer } from './answer.ts';
import { type ByteRange, fetchContent, fetchRange, firstOf } from './gateway-content.ts';
import { type ListedTransaction, listTransactions } from './gateway-listing.ts';
import type { AskOptions, HttpHosts } from './http-hosts.ts';
import { unverified } from './transaction.ts';

/**
 * Reads a data item and verifies it: put together from what a gateway lists and its data, or as it is in its bundle.
 * Whichever way it came, its owner has signed the whole of it.
 */
export async function fetchItem(
  hosts: HttpHosts,
  id: Id,
  bundle: Id | undefined,
  signal: AbortSignal | undefined,
): Promise<DataItem> {
  return hosts.withOne(async (only) => {
    const one = { ...only, signal };
    if (bundle !== undefined) return itemInBundle(hosts, id, bundle, one);
    const { value: listed } = await listTransactions(hosts, { ids: [id], first: 1 }, one).next();
    if (!listed) throw new HeddleError('gateway-not-found', `it does not list ${id}`, { id });
    const { bundle: listedBundle } = listed;
    return firstOf([
      () => itemOfListing(hosts, listed, signal),
      ...(listedBundle === null ? [] : [() => itemInBundle(hosts, id, listedBundle, one)]),
    ]);
  });
}

async function itemOfListing(
  hosts: HttpHosts,
  { id, ownerKey, signature, anchor, recipient, tags }: ListedTransaction,
  signal: AbortSignal | undefined,
): Promise<DataItem> {
  const [publicKey, signed, anchorBytes] = [ownerKey, signature, anchor].map((text) => decodeBase64Url(text));
  const type = typeOf(publicKey?.length, signed?.length);
  if (!publicKey || !signed || type === undefined)
    throw unverified(id, 'the gateway does not list what it was signed with');
  // It has been signed already, so who signs it again gives the same signature.
  const signer = { type, publicKey, address: '', sign: async () => signed };
  return fetchContent(hosts, id, signal, async (answer: Answer) => {
    const data = await answer.bytes(hosts.limits.dataBytes, 'dataBytes');
    const content = { data, tags, target: recipient, anchor: anchorBytes?.length ? anchorBytes : null };
    try {
      return await verified(await signItem(content, signer), id);
    } catch (error) {
      // What cannot be built as it is listed cannot have been signed so either.
      throw error instanceof HeddleError ? unverified(id, error.what) : error;
    }
  });
}

/** The number of the signature type whose key and signature are so long, of those that are verified. */
const typeOf = (ownerBytes: number | undefined, signatureBytes: number | undefined): number | undefined =>
  [1, 2, 3].find((type) => {
    const known = signatureTypes.get(type);
    return known?.ownerBytes === ownerBytes && known?.signatureBytes === signatureBytes;
  });

async function itemInBundle(hosts: HttpHosts, id: Id, bundle: Id, one: AskOptions): Promise<DataItem> {
  const range = await rangeInBundle(hosts, id, bundle, one);
  return verified(parseItem(await fetchRange(hosts, bundle, range, one)), id);
}

/** Where an item is in a bundle. The header is read in pieces that grow, as far as the item. */
async function rangeInBundle(hosts: HttpHosts, id: Id, bundle: Id, one: AskOptions): Promise<ByteRange> {
  const limits = { ...defaultItemLimits, itemBytes: hosts.limits.dataBytes };
  const head = await fetchRange(hosts, bundle, { from: 0, to: numberBytes }, one);
  if (head.length < numberBytes) throw unverified(bundle, 'it is no bundle');
  const count = readCount(head, limits);
  let at = numberBytes + count * entryBytes;
  for (let index = 0, many = 64; index < count; index += many, many = Math.min(many * 4, 16_384)) {
    const from = numberBytes + index * entryBytes;
    const to = numberBytes + Math.min(count, index + many) * entryBytes;
    const entries = await fetchRange(hosts, bundle, { from, to }, one);
    if (entries.length < to - from) throw unverified(bundle, 'it is no bundle');
    for (let entry = 0; entry * entryBytes < entries.length; entry++) {
      const { id: other, byteLength } = readEntry(entries, entry);
      if (other !== id) {
        at += byteLength;
        continue;
      }
      if (byteLength <= limits.itemBytes) return { from: at, to: at + byteLength };
      const what = `the item ${id} has ${byteLength} bytes, more than ${limits.itemBytes} of dataBytes`;
      throw new HeddleError('response-over-limit', what, { id, limit: 'dataBytes', most: limits.itemBytes });
    }
  }
  throw new HeddleError('gateway-not-found', `the bundle ${bundle} has no item ${id}`, { id, bundle });
}

async function verified(item: DataItem, id: Id): Promise<DataItem> {
  idToBytes(id);
  if (item.id !== id) throw unverified(id, `it is ${item.id}`);
  return verifyItem(item);
}
