import { joined } from '../../core/bytes.ts';
import { hashId, type Id, idToBytes } from '../../core/id.ts';
import type { Json } from '../../core/json.ts';
import { inStore } from '../../store/guard.ts';
import type { Notes } from '../../store/notes.ts';
import { type DataItem, parseItem } from '../item.ts';
import { verifyItem } from '../item-verification.ts';
import { DataTree, isEqual } from '../network/data-tree.ts';
import { readTransaction, type Transaction, verifiedTransaction } from '../network/transaction.ts';

/** An item, or a transaction and its data. */
export type Content =
  | { readonly item: DataItem; readonly transaction?: never }
  | { readonly item?: never; readonly transaction: Transaction; readonly data: Uint8Array };

// What was published, kept under its id: a byte, 0, and the item; or 1, the length of the transaction in JSON as four bytes,
// the lowest first, the transaction and its data.
const kinds = { item: 0, transaction: 1 } as const;
const headBytes = 5;

export async function keep(store: Notes, id: Id, content: Content): Promise<void> {
  await inStore('what was published was not kept', () => store.putNote(keyOf(id), encode(content)));
}

/** What is kept of `id`, verified as if it had just come; undefined if there is nothing, or anything is wrong with it. */
export async function kept(store: Notes, id: Id): Promise<Content | undefined> {
  const bytes = await inStore('what was published was not read', () => store.note(keyOf(id)));
  if (!bytes) return undefined;
  try {
    return await decode(bytes, id);
  } catch {
    return undefined; // it is fetched again, and kept in place of this
  }
}

const keyOf = (id: Id): Id => hashId('heddle published', id);

function encode(content: Content): Uint8Array {
  if (content.item) return joined([Uint8Array.of(kinds.item), content.item.bytes]);
  const wire = new TextEncoder().encode(JSON.stringify(content.transaction.wire));
  const head = new Uint8Array(headBytes);
  head[0] = kinds.transaction;
  new DataView(head.buffer).setUint32(1, wire.length, true);
  return joined([head, wire, content.data]);
}

async function decode(bytes: Uint8Array, id: Id): Promise<Content | undefined> {
  // A copy: what a store gives may not be changed.
  const copy = Uint8Array.from(bytes);
  if (copy[0] === kinds.item) {
    const item = parseItem(copy.subarray(1));
    return item.id === id ? { item: await verifyItem(item) } : undefined;
  }
  const dataAt = headBytes + new DataView(copy.buffer).getUint32(1, true);
  const json = JSON.parse(new TextDecoder().decode(copy.subarray(headBytes, dataAt))) as Json;
  const wire = readTransaction(json, id);
  const data = copy.subarray(dataAt);
  const transaction = await verifiedTransaction(wire, wire.format === 1 ? data : undefined);
  if (data.length !== transaction.dataBytes) return undefined;
  if (wire.format === 2 && data.length > 0) {
    const tree = new DataTree(data.length);
    tree.push(data);
    // Of data that was split in another way than all clients do, this does not tell: it is fetched again.
    if (!tree.root || !isEqual(tree.root, idToBytes(wire.data_root))) return undefined;
  }
  return { transaction, data };
}
