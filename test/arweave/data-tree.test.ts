// The tree over the data of transactions, against that of the `arweave` client.

import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { HeddleError } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chunkRanges, chunkStart, DataTree, provenChunk } from '../../lib/arweave/network/data-tree.ts';
import { merkle } from './client.ts';

const most = 262_144;
const least = 32_768;
const sizes = [
  [1, 31, least - 1, least, most - 1],
  [most, most + 1, most + least - 1, most + least, 2 * most - 1],
  [2 * most, 2 * most + 1, 3 * most, 3 * most + least - 1, 700_000, 5 * most, 9 * most + 17],
].flat();

const bytesOf = (size: number) => Uint8Array.from(randomBytes(size));

/** The tree of data that comes in pieces of that many bytes. */
function treeOf(data: Uint8Array, pieceBytes = data.length): DataTree {
  const tree = new DataTree(data.length);
  for (let at = 0; at < data.length; at += pieceBytes) tree.push(data.subarray(at, at + pieceBytes));
  return tree;
}

const isUnverified = (error: unknown) => error instanceof HeddleError && error.code === 'response-unverified';

for (const size of sizes) {
  test(`${size} bytes: chunks, root and proofs are the client's`, async () => {
    const data = bytesOf(size);
    const expected = await merkle.generateTransactionChunks(data);
    const tree = treeOf(data);
    assert.equal(Buffer.from(tree.root ?? []), Buffer.from(expected.data_root));
    const chunks = tree.chunks.filter(({ start, end }) => end > start);
    assert.equal(
      chunks,
      expected.chunks.map(({ minByteRange, maxByteRange }) => ({ start: minByteRange, end: maxByteRange })),
    );
    for (const [at, { start, end }] of chunks.entries()) {
      const proof = tree.proof(at);
      assert.equal(Buffer.from(proof), Buffer.from(expected.proofs[at]?.proof ?? []));
      const root = tree.root ?? new Uint8Array(0);
      for (const byte of [start, end - 1]) {
        assert.equal(provenChunk(root, size, byte, proof, data.subarray(start, end)), { start, end });
      }
    }
  });
}

test('a tree does not depend on the pieces in which its data comes', () => {
  const data = bytesOf(most + least + 5);
  const { root } = treeOf(data);
  for (const pieceBytes of [1_000, most - 1, most, most + 1]) assert.equal(treeOf(data, pieceBytes).root, root);
});

test('there is no root before all of the data, and no room after it', () => {
  const tree = new DataTree(10);
  tree.push(new Uint8Array(9));
  assert.is(tree.root, undefined);
  tree.push(new Uint8Array(1));
  assert.is(tree.root?.length, 32);
  assert.throws(() => tree.push(new Uint8Array(1)), /more bytes/);
});

test('a proof with any byte changed, cut off or longer is none', () => {
  const data = bytesOf(3 * most + 40_000);
  const tree = treeOf(data);
  const root = tree.root ?? new Uint8Array(0);
  const { start = 0, end = 0 } = tree.chunks[2] ?? {};
  const chunk = data.subarray(start, end);
  const proof = tree.proof(2);
  const refuses = (changed: Uint8Array, bytes = chunk) =>
    assert.throws(() => provenChunk(root, data.length, start, changed, bytes), isUnverified);
  provenChunk(root, data.length, start, proof, chunk);
  fc.assert(
    fc.property(fc.nat(proof.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const changed = proof.slice();
      changed[at] = (changed[at] ?? 0) ^ mask;
      refuses(changed);
    }),
  );
  for (let length = 0; length < proof.length; length++) refuses(proof.subarray(0, length));
  refuses(Uint8Array.of(...proof, 0));
  refuses(Uint8Array.of(...proof, ...proof));
  refuses(proof, chunk.subarray(1));
  refuses(proof, bytesOf(chunk.length));
  // The right proof of another place.
  assert.throws(() => provenChunk(root, data.length, start - 1, proof, chunk), isUnverified);
  assert.throws(() => provenChunk(root, data.length, end, proof, chunk), isUnverified);
});

test('data that was split in another way is proven as it was split', () => {
  const hash = (...parts: readonly Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  const note = (value: number) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
  const parts = [bytesOf(10), bytesOf(100_000), bytesOf(7)];
  const ends = [10, 100_010, 100_017];
  const leaves = parts.map((part, at) => hash(hash(hash(part)), hash(note(ends[at] ?? 0))));
  const node = (left: Uint8Array, right: Uint8Array, end: number) => hash(hash(left), hash(right), hash(note(end)));
  const [a, b, c] = leaves as [Buffer, Buffer, Buffer];
  const right = node(b, c, 100_010);
  const root = node(a, right, 10);
  const proof = Buffer.concat([a, right, note(10), b, c, note(100_010), hash(parts[1] ?? a), note(100_010)]);
  assert.equal(provenChunk(root, 100_017, 50_000, proof, parts[1] ?? a), { start: 10, end: 100_010 });
});

test('chunks lie side by side, of any size of data', () => {
  fc.assert(
    fc.property(fc.nat(20 * most), (size) => {
      let at = 0;
      for (const { start, end } of chunkRanges(size)) {
        assert.is(start, at);
        assert.ok(end - start <= most);
        for (const byte of end > start ? [start, end - 1] : []) assert.is(chunkStart(size, byte), start);
        at = end;
      }
      assert.is(at, size);
    }),
  );
});

test('a size that nobody has costs nothing', () => {
  assert.is(chunkStart(Number.MAX_SAFE_INTEGER, 10 * most + 5), 10 * most);
  assert.is(chunkStart(Number.MAX_SAFE_INTEGER, 0), 0);
});

test.run();
