/** A gateway that has what it is given, as handlers that a test can put its own before. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DataItem, WireTransaction } from 'heddle/arweave';
import { DataTree } from '../../../lib/arweave/network/data-tree.ts';
import { bodyOf, type Handler, json } from '../served.ts';

export interface Content {
  readonly transaction?: WireTransaction;
  readonly data?: Uint8Array;
  readonly items?: readonly DataItem[];
}

/** Where the data begins among that of all transactions. */
const start = 1_000_000;

export function honest({ transaction, data = new Uint8Array(0), items = [] }: Content): Handler {
  const tree = new DataTree(data.length);
  tree.push(data);
  return async (request, response) => {
    const { url = '' } = request;
    const id = transaction?.id;
    if (url === '/graphql') return listing(items, request, response);
    const item = items.find((one) => url === `/raw/${one.id}`);
    if (item) return sendBytes(item.data, request, response);
    if (url === `/tx/${id}`) return json(response, { ...transaction, data: '' });
    if (url === `/raw/${id}`) return sendBytes(data, request, response);
    if (url === `/tx/${id}/offset`) {
      return json(response, { offset: String(start + data.length - 1), size: String(data.length) });
    }
    if (url.startsWith('/chunk/')) {
      const at = Number(url.slice('/chunk/'.length)) - start;
      const chunk = tree.chunks.findIndex((range) => at >= range.start && at < range.end);
      const range = tree.chunks[chunk];
      if (range) {
        const bytes = Buffer.from(data.subarray(range.start, range.end));
        const path = Buffer.from(tree.proof(chunk)).toString('base64url');
        return json(response, { chunk: bytes.toString('base64url'), data_path: path });
      }
    }
    return json(response, { error: 'not found' }, 404);
  };
}

function sendBytes(bytes: Uint8Array, request: IncomingMessage, response: ServerResponse): void {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  if (from === undefined) {
    response.end(bytes);
    return;
  }
  const part = bytes.subarray(Number(from), Number(to) + 1);
  response.writeHead(206, { 'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}` });
  response.end(part);
}

async function listing(items: readonly DataItem[], request: IncomingMessage, response: ServerResponse) {
  const { variables } = JSON.parse(String(await bodyOf(request)));
  const edges = items.filter(({ id }) => variables.ids?.includes(id) ?? true).map((item) => edgeOf(item));
  json(response, { data: { transactions: { pageInfo: { hasNextPage: false }, edges } } });
}

const base64 = (bytes: Uint8Array | null) => Buffer.from(bytes ?? []).toString('base64url');

/** An item as GraphQL lists it. */
export const edgeOf = (item: DataItem, changes: object = {}, cursor = item.id) => ({
  cursor,
  node: {
    id: item.id,
    anchor: base64(item.anchor),
    signature: base64(item.signature),
    recipient: item.target ?? '',
    owner: { address: item.address, key: base64(item.owner) },
    fee: { winston: '0' },
    quantity: { winston: '0' },
    data: { size: String(item.data.length) },
    tags: item.tags,
    block: { id: 'b'.repeat(64), timestamp: 1_750_000_000, height: 7 },
    bundledIn: null,
    ...changes,
  },
});
