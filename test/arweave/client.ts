/** The `arweave` client, which ours is compared with. */
import { createRequire } from 'node:module';
import Arweave from 'arweave';
import type * as Merkle from 'arweave/node/lib/merkle.js';
import type { ArweaveKey, WireTransaction } from 'heddle/arweave';

// Its types say nothing of what its module is in Node.
export const merkle = createRequire(import.meta.url)('arweave/node/lib/merkle.js') as typeof Merkle;

const { init } = Arweave as unknown as { init: typeof Arweave.init }; // the same

const offline = init({ host: '127.0.0.1', port: 1, protocol: 'http' });

export interface TransactionContent {
  readonly data: Uint8Array;
  readonly tags?: Readonly<Record<string, string>>;
  readonly anchor?: string;
  readonly reward?: string;
  readonly format?: 1 | 2;
}

/** A transaction that the client signs, with its data. */
export async function clientTransaction(key: ArweaveKey, content: TransactionContent): Promise<WireTransaction> {
  const { data, tags = {}, anchor = '', reward = '1000000000', format = 2 } = content;
  const transaction = await offline.createTransaction({ data, last_tx: anchor, reward }, { ...key });
  Object.assign(transaction, { format });
  for (const [name, value] of Object.entries(tags)) transaction.addTag(name, value);
  await offline.transactions.sign(transaction, { ...key });
  return transaction.toJSON() as unknown as WireTransaction; // its own type says object
}

/** Whether the client takes a transaction for genuine. */
export const clientVerifies = (transaction: WireTransaction): Promise<boolean> =>
  offline.transactions.verify(offline.transactions.fromRaw({ ...transaction }));
