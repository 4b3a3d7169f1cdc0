/** A node in memory: it takes transactions and chunks, verifies both, and can be told what goes wrong. */
import type { DataItem, Fetch, WireTransaction } from 'heddle/arweave';
import { clientVerifies, merkle } from '../client.ts';
import { itemsIn } from './runs.ts';

export interface MemoryNode {
  readonly fetch: Fetch;
  /** What was taken, in order: whoever posts one more pays once more. */
  readonly transactions: readonly WireTransaction[];
  /** The items of all transactions, in the order of these. Throws if one has not got all its data. */
  items(): readonly DataItem[];
}

/** `answer` may give another status for a request than that it is taken. */
export function memoryNode(answer: (path: string) => number | undefined = () => undefined): MemoryNode {
  const transactions: WireTransaction[] = [];
  const chunks = new Map<string, Map<number, Buffer>>();
  const take = async (path: string, body: string): Promise<Response> => {
    const status = answer(path);
    if (status !== undefined) return new Response('as told', { status });
    if (path.startsWith('/price/')) return new Response('1000');
    if (path === '/tx_anchor') return new Response('a'.repeat(64));
    if (path === '/tx') {
      const transaction: WireTransaction = JSON.parse(body);
      if (!(await clientVerifies(transaction))) return new Response('not genuine', { status: 400 });
      const isKnown = transactions.some(({ id }) => id === transaction.id);
      if (!isKnown) transactions.push(transaction);
      return new Response('', { status: isKnown ? 208 : 200 });
    }
    if (path === '/chunk') {
      const { data_root, data_path, data_size, offset, chunk } = JSON.parse(body);
      const [root, proof, bytes] = [data_root, data_path, chunk].map((text) => Buffer.from(text, 'base64url'));
      const range = await merkle.validatePath(root as Buffer, Number(offset), 0, Number(data_size), proof as Buffer);
      if (!range) return new Response('{"error":"invalid_proof"}', { status: 400 });
      const taken = chunks.get(data_root) ?? new Map<number, Buffer>();
      chunks.set(data_root, taken.set(range.leftBound, bytes as Buffer));
      return new Response('{}');
    }
    const id = path.split('/')[2];
    return transactions.some((one) => one.id === id)
      ? new Response('Pending', { status: 202 })
      : new Response('Not Found', { status: 404 });
  };
  return {
    transactions,
    fetch: async (url, init) => take(new URL(url).pathname, String(init?.body ?? '')),
    items: () =>
      transactions.flatMap(({ id, data, data_root, data_size }) => {
        const parts = [...(chunks.get(data_root) ?? [])].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
        const bytes = data === '' ? Buffer.concat(parts) : Buffer.from(data, 'base64url');
        if (bytes.length !== Number(data_size)) throw new Error(`${id} has ${bytes.length} of ${data_size} bytes`);
        return itemsIn(bytes);
      }),
  };
}
