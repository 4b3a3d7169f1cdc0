/** A gateway that has items and transactions, and lists them by all that is asked for. */
import { createHash } from 'node:crypto';
import {
  type DataItem,
  type Fetch,
  type Gateway,
  type GatewayLimits,
  gateway,
  type WireTransaction,
} from 'heddle/arweave';
import { edgeOf } from '../gateway/honest.ts';
import { bodyOf, type Handler } from '../served.ts';

export interface Archived {
  readonly item?: DataItem;
  /** With its data. */
  readonly transaction?: WireTransaction;
  /** The height at which it was mined. */
  readonly height: number;
}

/** What a gateway says of an item in a listing, which a hostile one may change. */
export type Edge = ReturnType<typeof edgeOf>;

interface Asked {
  readonly ids?: readonly string[];
  readonly owners?: readonly string[];
  readonly tags?: readonly { readonly name: string; readonly values: readonly string[] }[];
  readonly block?: { readonly min?: number; readonly max?: number };
  readonly first: number;
  readonly after?: string;
  readonly sort: string;
}

/** How a gateway may lie: each takes what would be answered. */
export interface Lies {
  readonly edges?: (edges: readonly Edge[], asked: Asked) => readonly Edge[];
  /** The bytes at a path; undefined if there are none. */
  readonly raw?: (path: string, bytes: Uint8Array | undefined) => Uint8Array | undefined;
}

export class Archive {
  readonly #content: Archived[] = [];
  /** What was asked for: paths, and of GraphQL what for. */
  readonly asked: string[] = [];

  add(height: number, ...items: readonly DataItem[]): void {
    for (const item of items) this.#content.push({ item, height });
  }

  addTransaction(height: number, transaction: WireTransaction): void {
    this.#content.push({ transaction, height });
  }

  /** Without those. */
  without(...ids: readonly string[]): Archive {
    const rest = new Archive();
    for (const one of this.#content) if (!ids.includes(idOf(one))) rest.#content.push(one);
    return rest;
  }

  /** With those besides. */
  with(height: number, ...items: readonly DataItem[]): Archive {
    const more = this.without();
    more.add(height, ...items);
    return more;
  }

  fetch(lies: Lies = {}): Fetch {
    return async (url, init) => {
      init.signal?.throwIfAborted();
      const { pathname } = new URL(url);
      if (pathname === '/graphql') {
        const { variables } = JSON.parse(String(init.body));
        this.asked.push(`list ${JSON.stringify(variables)}`);
        return Response.json({ data: { transactions: this.#list(variables, lies) } });
      }
      this.asked.push(pathname);
      const bytes = (lies.raw ?? ((_: string, found: Uint8Array | undefined) => found))(
        pathname,
        this.#bytes(pathname),
      );
      return bytes ? new Response(Uint8Array.from(bytes)) : new Response('not found', { status: 404 });
    };
  }

  /** The same over HTTP. */
  handler(lies: Lies = {}): Handler {
    return async (request, response) => {
      const body = String(await bodyOf(request));
      const answer = await this.fetch(lies)(`http://gateway.test${request.url}`, body === '' ? {} : { body });
      response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
    };
  }

  gateway(lies: Lies = {}, limits: Partial<GatewayLimits> = {}): Gateway {
    return gateway({
      urls: ['http://gateway.test'],
      fetch: this.fetch(lies),
      limits: { retries: 0, cacheBytes: 0, ...limits },
    });
  }

  #bytes(pathname: string): Uint8Array | undefined {
    const [, folder, id = ''] = pathname.split('/');
    const found = this.#content.find((one) => idOf(one) === id);
    if (folder === 'raw') return found?.item?.data ?? dataOf(found?.transaction);
    if (folder !== 'tx' || !found?.transaction || pathname.split('/').length > 3) return undefined;
    const { data, ...rest } = found.transaction;
    return new TextEncoder().encode(JSON.stringify({ ...rest, data: rest.format === 1 ? data : '' }));
  }

  #list(asked: Asked, { edges: change = (edges) => edges }: Lies) {
    const way = asked.sort === 'HEIGHT_ASC' ? 1 : -1;
    const all = this.#content
      .map((one, at) => ({ one, at }))
      .sort((a, b) => way * (a.one.height - b.one.height || a.at - b.at))
      .map(({ one }) => edge(one))
      .filter(({ node }) => {
        const { min = 0, max = Number.POSITIVE_INFINITY } = asked.block ?? {};
        return (
          (asked.ids?.includes(node.id) ?? true) &&
          (asked.owners?.includes(node.owner.address) ?? true) &&
          node.block.height >= min &&
          node.block.height <= max &&
          (asked.tags ?? []).every(({ name, values }) =>
            node.tags.some((tag) => tag.name === name && values.includes(tag.value)),
          )
        );
      });
    const start = asked.after === undefined ? 0 : Number(asked.after) + 1;
    const changed = change(all, asked).map((one, at) => ({ ...one, cursor: String(at) }));
    const edges = changed.slice(start, start + asked.first);
    return { pageInfo: { hasNextPage: start + edges.length < changed.length }, edges };
  }
}

const idOf = ({ item, transaction }: Archived): string => item?.id ?? transaction?.id ?? '';

const dataOf = (transaction: WireTransaction | undefined) => transaction && Buffer.from(transaction.data, 'base64url');

function edge({ item, transaction, height }: Archived): Edge {
  const block = { id: 'b'.repeat(64), timestamp: 1_750_000_000, height };
  if (item) return edgeOf(item, { block });
  if (!transaction) throw new Error('there is nothing to list');
  const text = (value: string) => Buffer.from(value, 'base64url').toString();
  const { id, owner, signature, tags, last_tx, target } = transaction;
  return edgeOf({ target, data: Buffer.from(transaction.data, 'base64url') } as unknown as DataItem, {
    id,
    anchor: last_tx,
    signature,
    owner: { address: addressOf(owner), key: owner },
    tags: tags.map(({ name, value }) => ({ name: text(name), value: text(value) })),
    block,
  });
}

const addressOf = (owner: string) => createHash('sha256').update(Buffer.from(owner, 'base64url')).digest('base64url');
