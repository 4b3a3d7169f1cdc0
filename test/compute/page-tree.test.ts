import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PageTree, treePageBytes, verifyPage } from '../../lib/compute/page-tree.ts';
import type { Id } from '../../lib/core/id.ts';

const sha256 = (...parts: readonly Uint8Array[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The root of a whole memory, computed without leaving anything out. */
function rootOf(memory: Uint8Array): string {
  let level: Uint8Array[] = [];
  for (let at = 0; at < memory.length; at += treePageBytes) level.push(sha256(memory.subarray(at, at + treePageBytes)));
  while (level.length & (level.length - 1)) level.push(sha256(new Uint8Array(treePageBytes)));
  while (level.length > 1) {
    level = level.flatMap((hash, at) => (at % 2 ? [] : [sha256(hash, level[at + 1] ?? hash)]));
  }
  return Buffer.from(level[0] ?? []).toString('base64url');
}

const piece = fc.record({ page: fc.nat(12), offset: fc.nat(4095), bytes: fc.uint8Array({ maxLength: 6000 }) });

test('the root is that of the whole memory, and every page has a short proof', () => {
  fc.assert(
    fc.property(fc.integer({ min: 15, max: 19 }), piece, (pages, { page, offset, bytes }) => {
      const memory = new Uint8Array(pages * treePageBytes);
      const at = page * treePageBytes + offset;
      memory.set(bytes, at);
      const tree = new PageTree(memory.length, [{ at, bytes }]);
      assert.is(tree.root, rootOf(memory));
      for (const proven of [0, page, page + 1, pages - 1]) {
        const start = proven * treePageBytes;
        const content = memory.slice(start, start + treePageBytes);
        const proof = tree.proof(proven);
        assert.ok(proof.siblings.length <= 5);
        assert.ok(verifyPage(tree.root, proof, content));
        content[17] = (content[17] ?? 0) ^ 1;
        assert.not.ok(verifyPage(tree.root, proof, content));
      }
    }),
    { numRuns: 40 },
  );
});

test('a proof for another page, of another length or for a part of a page shows nothing', () => {
  const bytes = new Uint8Array(treePageBytes).fill(7);
  const tree = new PageTree(8 * treePageBytes, [{ at: 0, bytes }]);
  const proof = tree.proof(0);
  assert.ok(verifyPage(tree.root, proof, bytes));
  assert.not.ok(verifyPage(tree.root, { ...proof, page: 1 }, bytes));
  assert.not.ok(verifyPage(tree.root, { ...proof, page: 8 }, bytes));
  assert.not.ok(verifyPage(tree.root, { ...proof, siblings: proof.siblings.slice(1) }, bytes));
  for (const page of [0.5, Number.NaN, -0.1]) assert.not.ok(verifyPage(tree.root, { ...proof, page }, bytes));
  for (const id of ['', 'no id', `${proof.siblings[0]}A`, 5, null] as Id[]) {
    assert.not.ok(verifyPage(tree.root, { ...proof, siblings: [id, ...proof.siblings.slice(1)] }, bytes));
  }
  assert.not.ok(verifyPage(tree.root, proof, bytes.subarray(1)));
  assert.throws(() => tree.proof(8), /not one of 8/);
});

test.run();
