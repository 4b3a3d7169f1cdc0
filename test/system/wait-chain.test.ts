import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { waitChain, waitsFrom } from '../../lib/system/wait-chain.ts';

/** Who waits for whom among a few, as a list of targets for each. */
const graph = fc.integer({ min: 1, max: 8 }).chain((size) =>
  fc.array(fc.array(fc.nat(size - 1), { maxLength: 3 }), {
    minLength: size,
    maxLength: size,
  }),
);
const all = 1_000;
const ranked = (end: number): number => end % 3;

/** All that can be reached from a node, itself included, with how far it is. */
function distances(targets: readonly (readonly number[])[], start: number): ReadonlyMap<number, number> {
  const found = new Map([[start, 0]]);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [node, far] of [...found]) {
      for (const target of targets[node] ?? []) {
        if ((found.get(target) ?? all) <= far + 1) continue;
        found.set(target, far + 1);
        changed = true;
      }
    }
  }
  return found;
}

test('the edges are those that can be reached, as many as asked for', () => {
  fc.assert(
    fc.property(graph, fc.integer({ min: 1, max: 30 }), (targets, most) => {
      const next = (node: number): readonly number[] => targets[node] ?? [];
      const edges = (limit: number) =>
        [...waitsFrom(0, next, limit)].flatMap(([from, to]) => to.map((one) => [from, one]));
      const expected = [...distances(targets, 0).keys()].flatMap((from) =>
        [...new Set(next(from))].map((to) => [from, to]),
      );
      const text = (pairs: readonly (readonly number[])[]): readonly string[] => pairs.map(String).sort();
      assert.equal(text(edges(all)), text(expected));
      const few = edges(most);
      assert.is(few.length, Math.min(most, expected.length));
      assert.ok(few.every((edge) => text(expected).includes(String(edge))));
    }),
  );
});

test('a chain follows the edges from its start, to a cycle if there is one and else to an end', () => {
  fc.assert(
    fc.property(graph, (targets) => {
      const waits = waitsFrom(0, (node: number) => targets[node] ?? [], all);
      const { nodes, isCycle } = waitChain(0, waits, ranked);
      const reached = distances(targets, 0);
      const onCycle = [...reached.keys()].filter((node) =>
        (targets[node] ?? []).some((target) => distances(targets, target).has(node)),
      );
      assert.is(nodes[0], 0);
      for (const [at, node] of nodes.slice(1).entries()) assert.ok(targets[nodes[at] ?? -1]?.includes(node));
      assert.is(isCycle, onCycle.length > 0);
      const last = nodes.at(-1) ?? -1;
      const before = nodes.slice(0, -1);
      assert.is(new Set(before).size, before.length, 'nobody is there twice but at the end of a cycle');
      assert.is(before.includes(last), isCycle);
      if (isCycle) {
        const nearest = Math.min(...onCycle.map((node) => reached.get(node) ?? all));
        assert.is(nodes.indexOf(last), nearest);
      } else {
        const ends = [...reached.keys()].filter((node) => targets[node]?.length === 0);
        const lowest = Math.min(...ends.map(ranked));
        assert.is(ranked(last), lowest);
        const nearest = Math.min(...ends.filter((end) => ranked(end) === lowest).map((end) => reached.get(end) ?? all));
        assert.is(nodes.length - 1, nearest);
      }
    }),
    { numRuns: 1_000 },
  );
});

test.run();
