// Answers that are changed by chance: what comes of them is what was asked for, or a typed error.

import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { HeddleError } from 'heddle';
import { arweaveSigner, type Fetch, type Gateway, gateway, generateArweaveKey, signItem } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataTree } from '../../../lib/arweave/network/data-tree.ts';
import { clientTransaction } from '../client.ts';
import { edgeOf } from './honest.ts';

const key = await generateArweaveKey();
const data = Uint8Array.from(randomBytes(300));
const transaction = await clientTransaction(key, { data, tags: { App: 'test', Note: 'ü' } });
const item = await signItem({ data: 'an item', tags: { Kind: 'one' }, anchor: 'a'.repeat(32) }, arweaveSigner(key));
const { id } = transaction;
const tree = new DataTree(data.length);
tree.push(data);

const utf8 = new TextEncoder();
const json = (value: unknown) => utf8.encode(JSON.stringify(value));
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const block = { height: 5, indep_hash: 'b'.repeat(64), previous_block: 'a'.repeat(64), timestamp: 1, txs: [id] };
const page = { pageInfo: { hasNextPage: false }, edges: [edgeOf(item)] };

const answers: Readonly<Record<string, Uint8Array>> = {
  [`/tx/${id}`]: json({ ...transaction, data: '' }),
  [`/raw/${id}`]: data,
  [`/raw/${item.id}`]: item.data,
  [`/tx/${id}/offset`]: json({ offset: '1299', size: '300' }),
  '/chunk/1000': json({ chunk: base64(data), data_path: base64(tree.proof(0)) }),
  '/graphql': json({ data: { transactions: page } }),
  '/block/height/5': json(block),
  '/info': json({ network: 'arweave.N.1', height: 9, current: 'b'.repeat(64) }),
  [`/tx/${id}/status`]: json({ block_height: 5, block_indep_hash: 'b'.repeat(64), number_of_confirmations: 4 }),
};

/** A gateway whose answer at one path is another. */
function changed(path: string, bytes: Uint8Array): Gateway {
  const fetch: Fetch = async (url) => {
    const { pathname } = new URL(url);
    const answer = pathname === path ? bytes : answers[pathname];
    return answer ? new Response(Uint8Array.from(answer)) : new Response('', { status: 404 });
  };
  return gateway({ urls: ['http://gateway.test'], fetch, limits: { retries: 0, cacheBytes: 0 } });
}

interface Reading {
  readonly act: (reader: Gateway) => Promise<unknown>;
  /** Whether nothing but what was asked for may come of it. */
  readonly isProven: boolean;
}

const readings: Readonly<Record<string, Reading>> = {
  transaction: { act: (reader) => reader.transaction(id), isProven: true },
  data: { act: (reader) => reader.data(id), isProven: true },
  range: { act: (reader) => reader.range(id, 100, 200), isProven: true },
  item: { act: async (reader) => (await reader.item(item.id)).bytes, isProven: true },
  list: { act: (reader) => reader.transactions({ ids: [item.id] }).next(), isProven: false },
  block: { act: (reader) => reader.block(5), isProven: false },
  info: { act: (reader) => reader.info(), isProven: false },
  status: { act: (reader) => reader.status(id), isProven: false },
};

/** Some bytes flipped, cut out, doubled, or another value in place of one of JSON. */
const change = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> => {
  const at = fc.nat(Math.max(0, bytes.length - 1));
  const text = Buffer.from(bytes).toString('latin1');
  const values = [...text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null|\[\]|\{\}/g)];
  const other = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('', 'AA', '0', '-1', '1e9', '__proto__', 'A'.repeat(43), 'A'.repeat(5_000), 2 ** 53, -1, 1e308),
  );
  return fc.oneof(
    fc
      .tuple(at, fc.integer({ min: 1, max: 255 }))
      .map(([where, mask]) => bytes.map((byte, i) => (i === where ? byte ^ mask : byte))),
    fc.tuple(at, at).map(([from, to]) => Uint8Array.from(Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]))),
    at.map((end) => bytes.slice(0, end)),
    ...(values.length === 0
      ? []
      : [
          fc.tuple(fc.constantFrom(...values), other).map(([found, value]) => {
            const start = text.slice(0, found.index);
            const end = text.slice(found.index + found[0].length);
            return Uint8Array.from(
              Buffer.concat([Buffer.from(start, 'latin1'), json(value), Buffer.from(end, 'latin1')]),
            );
          }),
        ]),
  );
};

for (const [name, { act, isProven }] of Object.entries(readings)) {
  const expected = await act(changed('', data));
  for (const [path, bytes] of Object.entries(answers)) {
    test(`${name}, when ${path.replace(id, 'id').replace(item.id, 'item')} is another`, async () => {
      await fc.assert(
        fc.asyncProperty(change(bytes), async (answer) => {
          try {
            const found = await act(changed(path, answer));
            if (isProven) assert.equal(found, expected);
          } catch (error) {
            if (!(error instanceof HeddleError)) throw error;
            assert.match(error.code, /^(gateway|response|item|bundle|signature)-/);
          }
        }),
        { numRuns: 150 },
      );
    });
  }
}

test.run();
