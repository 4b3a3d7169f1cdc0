// A call that returns has paid one unit for each instruction it ran, wherever in the code that is charged.

import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assembleProgram, interpret, programs } from './program.ts';
import { MeteredInstance } from './spend.ts';
import { assemble, i32, i64, number, signed } from './wasm-text.ts';

const get = [0x20, 0x00];
const constant = (value: number) => [0x41, ...signed(value)];
const local = { parameters: [i32], export: 'run' };

const cases: readonly { name: string; code: readonly number[]; costs: Readonly<Record<number, number>> }[] = [
  { name: 'nothing', code: [], costs: { 0: 0 } },
  { name: 'structure is free', code: [0x01, 0x02, 0x40, 0x01, 0x0b, 0x03, 0x40, 0x0b], costs: { 0: 0 } },
  { name: 'a straight line', code: [...get, 0x1a, ...constant(300), 0x1a], costs: { 0: 4 } },
  // if (x) { 2 } ; 2
  { name: 'if', code: [...get, 0x04, 0x40, ...get, 0x1a, 0x0b, ...get, 0x1a], costs: { 0: 4, 1: 6 } },
  {
    name: 'if and else',
    code: [...get, 0x04, 0x40, ...get, 0x1a, 0x05, ...get, 0x45, 0x45, 0x1a, 0x0b, ...get, 0x1a],
    costs: { 0: 8, 1: 6 },
  },
  // while (--x) {}
  {
    name: 'loop',
    code: [0x03, 0x40, ...get, ...constant(1), 0x6b, 0x22, 0x00, 0x0d, 0x00, 0x0b],
    costs: { 1: 5, 2: 10, 100: 500 },
  },
  { name: 'early return', code: [...get, 0x04, 0x40, 0x0f, 0x0b, ...get, 0x1a, ...get, 0x1a], costs: { 0: 6, 1: 3 } },
  {
    name: 'nested blocks',
    code: [0x02, 0x40, 0x02, 0x40, ...get, 0x0d, 0x01, ...get, 0x1a, 0x0b, ...get, 0x1a, 0x0b, ...get, 0x1a],
    costs: { 0: 8, 1: 4 },
  },
  {
    name: 'br_table',
    code: [
      ...[0x02, 0x40, 0x02, 0x40, 0x02, 0x40, ...get, 0x0e, 0x02, 0x00, 0x01, 0x02, 0x0b],
      ...[...get, 0x1a, 0x0c, 0x01, 0x0b, ...get, 0x45, 0x45, 0x1a, 0x0b, ...get, 0x1a],
    ],
    costs: { 0: 7, 1: 8, 2: 4, 9: 4 },
  },
  { name: 'code after a branch', code: [0x02, 0x40, 0x0c, 0x00, ...get, 0x1a, 0x0b], costs: { 0: 1 } },
];

for (const { name, code, costs } of cases) {
  test(name, async () => {
    const instance = await MeteredInstance.of(assemble({ functions: [{ ...local, code }] }));
    const spent = Object.keys(costs).map((value) => [value, Number(instance.spend('run', [Number(value)]).gas)]);
    assert.equal(Object.fromEntries(spent), costs);
  });
}

test('random programs cost what an interpreter counts', async () => {
  await fc.assert(
    fc.asyncProperty(programs, async (program) => {
      const instance = await MeteredInstance.of(assembleProgram(program));
      const expected = interpret(program);
      const { gas, result } = instance.spend('run');
      assert.is(result, undefined);
      assert.equal({ gas, state: (instance.exports.state as WebAssembly.Global).value }, expected);
    }),
    { numRuns: 1500, seed: 7 },
  );
});

test('a limit of exactly what a program costs is enough, and one unit less is not', async () => {
  await fc.assert(
    fc.asyncProperty(programs, async (program) => {
      const bytes = assembleProgram(program);
      const { gas } = interpret(program);
      assert.is((await MeteredInstance.of(bytes)).spend('run', [], gas).exhausted, false);
      assert.is((await MeteredInstance.of(bytes)).spend('run', [], gas - 1n).exhausted, true);
    }),
    { numRuns: 500, seed: 8 },
  );
});

test('filling and growing cost by size', async () => {
  const fill = { parameters: [i32], export: 'fill', code: [...constant(0), ...constant(1), ...get, 0xfc, 0x0b, 0x00] };
  const copy = { parameters: [i32], export: 'copy', code: [...constant(0), ...constant(0), ...get, 0xfc, 0x0a, 0, 0] };
  const grow = { parameters: [i32], results: [i32], export: 'grow', code: [...get, 0x40, 0x00] };
  const instance = await MeteredInstance.of(assemble({ functions: [fill, copy, grow], memory: [1, 1, 10] }));
  assert.is(instance.spend('fill', [0]).gas, 4n);
  assert.is(instance.spend('fill', [65_536]).gas, 4n + 8192n);
  assert.is(instance.spend('copy', [800]).gas, 4n + 100n);
  assert.equal(instance.spend('grow', [2]), { result: 1, gas: 2n + 2n * 8192n, exhausted: false });
  assert.equal(instance.spend('grow', [1], 100n).exhausted, true);
  assert.is(instance.spend('grow', [0]).result, 3, 'what cannot be paid is not done');
  assert.is(instance.spend('grow', [-1]).result, -1, 'a size is unsigned');
  assert.is(instance.spend('grow', [-1]).gas, 2n + (2n ** 32n - 1n) * 8192n);
});

test('sizes of 64 bits', async () => {
  const getWide = [0x20, 0x00];
  const zero = [0x42, 0x00];
  const fill = { parameters: [i64], export: 'fill', code: [...zero, ...constant(1), ...getWide, 0xfc, 0x0b, 0x00] };
  const grow = { parameters: [i64], results: [i64], export: 'grow', code: [...getWide, 0x40, 0x00] };
  // Imported nowhere and larger than 4 GiB at most, so that it stays as wide as it is.
  const instance = await MeteredInstance.of(assemble({ functions: [fill, grow], memory: [5, 1, 100_000] }));
  assert.is(instance.spend('fill', [65_536n]).gas, 4n + 8192n);
  assert.is(instance.spend('grow', [1n]).gas, 2n + 8192n);
  for (const pages of [2n ** 47n, 2n ** 51n, 2n ** 63n, 2n ** 64n - 1n]) {
    const { gas, result } = instance.spend('grow', [pages]);
    assert.ok(gas > 0n && (result === -1n || result === 'unreachable'), `${pages}: ${gas} ${result}`);
  }
});

test('a branch table of thousands', async () => {
  const count = 5000;
  const code = [0x02, 0x40, ...get, 0x0e, ...number(count), ...Array<number>(count + 1).fill(0), 0x0b];
  const instance = await MeteredInstance.of(assemble({ functions: [{ ...local, code }] }));
  assert.is(instance.spend('run', [3]).gas, 2n);
});

test.run();
