import { HeddleError } from '../../core/error.ts';
import { type Address, hashId, type Id } from '../../core/id.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Tags } from '../../core/tags.ts';
import type { AskOptions, HttpHosts } from './http-hosts.ts';
import { blockIdOf, bytesOf, idOf, listOf, malformed, objectOf, textOf, wholeOf, winstonOf } from './wire-fields.ts';

/** What a listing is to hold: all that fits each of what is given. */
export interface TransactionQuery {
  readonly ids?: readonly Id[];
  readonly owners?: readonly Address[];
  readonly recipients?: readonly Address[];
  /** For each name the value, or values of which it has one. Case counts. */
  readonly tags?: Readonly<Record<string, string | readonly string[]>>;
  /** The first and the last height. */
  readonly block?: { readonly min?: number; readonly max?: number };
  /** By height; what is not mined yet counts as newest. `descending` by default. */
  readonly sort?: 'ascending' | 'descending';
  /** How many a page has, up to the limit `pageTransactions`: 100 by default. */
  readonly first?: number;
  readonly signal?: AbortSignal;
}

/** A transaction or data item as a gateway lists it. Nothing of this is proven. */
export interface ListedTransaction {
  readonly id: Id;
  readonly owner: Address;
  readonly recipient: Address | null;
  readonly tags: Tags;
  readonly dataBytes: number;
  /** The block that it is in, or null if it is not mined yet. */
  readonly block: { readonly id: string; readonly height: number; readonly timestampMs: number } | null;
  /** The bundle that a data item is in; null if there is none, or the gateway does not say. */
  readonly bundle: Id | null;
  readonly quantity: bigint;
  readonly reward: bigint;
  /** As on Arweave, in base64url: the owner's public key, the signature and the anchor. */
  readonly ownerKey: string;
  readonly signature: string;
  readonly anchor: string;
}

const fields = `id anchor signature recipient owner { address key } fee { winston } quantity { winston } data { size }
  tags { name value } block { id timestamp height } bundledIn { id }`;
const query = `query ($ids: [ID!], $owners: [String!], $recipients: [String!], $tags: [TagFilter!], $block: BlockFilter,
  $first: Int, $after: String, $sort: SortOrder) {
  transactions(ids: $ids, owners: $owners, recipients: $recipients, tags: $tags, block: $block, first: $first, after: $after,
    sort: $sort) { pageInfo { hasNextPage } edges { cursor node { ${fields} } } } }`;

interface Page {
  readonly listed: readonly ListedTransaction[];
  /** Where the next page begins, if there is one. */
  readonly next: string | undefined;
}

/**
 * Goes through what gateways list, page by page. Cursors are a gateway's own: the one that gives the first page is asked for
 * the others.
 */
export async function* listTransactions(
  hosts: HttpHosts,
  asked: TransactionQuery,
  one?: AskOptions & { readonly only: string },
): AsyncGenerator<ListedTransaction, void, void> {
  const { limits } = hosts;
  const { first = limits.pageTransactions, sort = 'descending', signal } = asked;
  if (sort !== 'ascending' && sort !== 'descending') {
    throw new HeddleError('option-invalid', `sort is ${sort}, not ascending or descending`, { option: 'sort' });
  }
  if (!Number.isSafeInteger(first) || first < 1 || first > limits.pageTransactions) {
    const what = `first is ${first}, not from 1 to ${limits.pageTransactions}`;
    throw new HeddleError('option-invalid', what, { option: 'first' });
  }
  const variables = variablesOf(asked, first);
  const request = (after: string | undefined) => ({
    path: '/graphql',
    headers: { 'content-type': 'application/json' },
    body: () => JSON.stringify({ query, variables: { ...variables, ...(after !== undefined && { after }) } }),
    read: async (answer: { json(of: typeof limits): Promise<Json> }) =>
      readPage(await answer.json(limits), asked, first),
  });
  const firstPage = async (from: AskOptions & { readonly only: string }) => {
    const page = await hosts.ask(request(undefined), { signal, ...from });
    return { page, only: from.only };
  };
  const found = await (one ? firstPage(one) : hosts.withOne(firstPage));
  const { only } = found;
  let { page } = found;
  const cursors = new Set<Id>();
  for (let pages = 1; ; pages++) {
    yield* page.listed;
    if (page.next === undefined) return;
    const { host } = new URL(only);
    if (pages === limits.pages) {
      const what = `${host}: the listing has more than ${pages} of pages`;
      throw new HeddleError('listing-over-limit', what, { host, limit: 'pages', pages });
    }
    const cursor = hashId(page.next);
    if (cursors.has(cursor)) {
      throw new HeddleError('response-malformed', `${host}: the listing comes back to where it was`, { host });
    }
    cursors.add(cursor);
    page = await hosts.ask(request(page.next), { signal, only });
  }
}

function variablesOf({ ids, owners, recipients, tags, block, sort }: TransactionQuery, first: number): JsonObject {
  return {
    first,
    sort: sort === 'ascending' ? 'HEIGHT_ASC' : 'HEIGHT_DESC',
    ...(ids && { ids }),
    ...(owners && { owners }),
    ...(recipients && { recipients }),
    ...(tags && { tags: Object.entries(tags).map(([name, values]) => ({ name, values: [values].flat() })) }),
    ...(block && { block: { ...block } }),
  };
}

function readPage(json: Json, asked: TransactionQuery, first: number): Page {
  const answer = objectOf(json, 'the answer');
  // Without data, errors say why.
  if (!answer.data) {
    const what = `the gateway cannot list: ${JSON.stringify(answer.errors ?? null).slice(0, 200)}`;
    throw new HeddleError('response-malformed', what);
  }
  const listing = objectOf(objectOf(answer.data, 'data').transactions, 'transactions');
  const edges = listOf(listing.edges, 'edges').map((edge) => objectOf(edge, 'an edge'));
  if (edges.length > first) malformed('the number of edges', edges.length);
  const listed = edges.map((edge) => readListed(objectOf(edge.node, 'a node')));
  for (const one of listed) if (!fits(one, asked)) malformed('what was not asked for', one.id);
  const { hasNextPage } = objectOf(listing.pageInfo, 'pageInfo');
  const last = edges.at(-1);
  if (hasNextPage !== true) return { listed, next: undefined };
  const next = textOf(last?.cursor, 'the cursor');
  return next.length <= mostCursor ? { listed, next } : malformed('the cursor', next);
}

const mostCursor = 4_096;

function readListed(node: JsonObject): ListedTransaction {
  const owner = objectOf(node.owner, 'owner');
  const block = node.block ? objectOf(node.block, 'block') : undefined;
  const bundle = node.bundledIn ? objectOf(node.bundledIn, 'bundledIn') : undefined;
  return {
    id: idOf(node.id, 'id'),
    owner: addressOf(owner.address, 'the owner'),
    recipient: node.recipient ? addressOf(node.recipient, 'recipient') : null,
    tags: listOf(node.tags, 'tags').map((entry) => {
      const tag = objectOf(entry, 'a tag');
      return { name: textOf(tag.name, "a tag's name"), value: textOf(tag.value, "a tag's value") };
    }),
    dataBytes: wholeOf(objectOf(node.data, 'data').size ?? 0, 'size'),
    block: block
      ? {
          id: blockIdOf(block.id, 'the block'),
          height: wholeOf(block.height, 'height'),
          timestampMs: wholeOf(block.timestamp, 'timestamp') * 1_000,
        }
      : null,
    bundle: bundle ? idOf(bundle.id, 'the bundle') : null,
    quantity: winstonOf(objectOf(node.quantity, 'quantity').winston, 'quantity'),
    reward: winstonOf(objectOf(node.fee, 'fee').winston, 'fee'),
    ownerKey: base64Url(owner.key, "the owner's key"),
    signature: base64Url(node.signature, 'signature'),
    anchor: base64Url(node.anchor, 'anchor'),
  };
}

/** Whether a gateway may list it: what else it says of it, it can say of anything. */
function fits({ id, owner, recipient, tags, block }: ListedTransaction, asked: TransactionQuery): boolean {
  const { min = 0, max = Number.POSITIVE_INFINITY } = asked.block ?? {};
  return (
    (asked.ids?.includes(id) ?? true) &&
    (asked.owners?.includes(owner) ?? true) &&
    (asked.recipients?.includes(recipient ?? '') ?? true) &&
    (block === null || (block.height >= min && block.height <= max)) &&
    Object.entries(asked.tags ?? {}).every(([name, values]) =>
      tags.some((tag) => tag.name === name && [values].flat().includes(tag.value)),
    )
  );
}

function addressOf(value: Json | undefined, name: string): Address {
  const text = textOf(value, name);
  return /^[\w-]{1,64}$/.test(text) ? text : malformed(name, value);
}

/** What a gateway does not know it leaves out. */
const base64Url = (value: Json | undefined, name: string): string => {
  bytesOf(value ?? '', name);
  return textOf(value ?? '', name);
};
