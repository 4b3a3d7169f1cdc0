// The node itself, in a process of its own. It ends with the one that started it, however that ends, and takes its files
// with it.

import { rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromArweaveNode } from './packages.ts';

/** What is used of it. */
interface ArLocal {
  new (port: number, showLogs: boolean, dbPath: string): { start(): Promise<void> };
}

interface Blocks {
  mine(height: number, previous: string, transactions: readonly string[] | string): Promise<string>;
}

type Query = (parameters: { readonly select?: Record<string, string> }, connection: unknown) => Promise<unknown>;

interface Resolvers {
  readonly resolvers: {
    readonly Transaction: { bundledIn?: (parent: { readonly bundledIn?: string }) => { readonly id: string } | null };
  };
}

const [folder = ''] = process.argv.slice(2);

// It keeps a file called logs where it runs, and nodes beside each other would take it from each other.
process.chdir(folder);

// It would listen on every interface, and on a port that has to be chosen before.
const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (this: net.Server, ...args: unknown[]) {
  this.once('listening', () => process.send?.({ port: (this.address() as net.AddressInfo).port }));
  const listener = args.find((arg) => typeof arg === 'function') as (() => void) | undefined;
  return listen.call(this, { host: '127.0.0.1', port: 0 }, listener);
};

const end = () => {
  process.chdir(tmpdir());
  // Its database may still be writing in another thread.
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  process.exit();
};
process.once('disconnect', end);
if (!process.connected) end();

// It stores a block's transactions as "[object Object]", and reads them as a text of ids with commas.
const { BlockDB } = fromArweaveNode('arlocal/bin/db/block') as { BlockDB: { prototype: Blocks } };
const { mine } = BlockDB.prototype;
BlockDB.prototype.mine = function (height, previous, transactions) {
  return mine.call(this, height, previous, transactions.toString());
};

// It knows in which bundle an item is, and does not tell, as gateways do. Nor does it keep anchors of items.
const query = fromArweaveNode('arlocal/bin/graphql/query') as { generateQuery: Query };
const { resolvers } = fromArweaveNode('arlocal/bin/graphql/resolvers') as Resolvers;
const { generateQuery } = query;
query.generateQuery = (parameters, connection) => {
  const select = { ...parameters.select, bundledIn: 'transactions.bundledIn' };
  return generateQuery({ ...parameters, select }, connection);
};
resolvers.Transaction.bundledIn = ({ bundledIn }) => (bundledIn ? { id: bundledIn } : null);

const { default: Node } = fromArweaveNode('arlocal') as { default: ArLocal };
await new Node(1, false, join(folder, 'database')).start();
