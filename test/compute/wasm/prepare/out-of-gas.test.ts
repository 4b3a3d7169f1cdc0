// A guest that spends all it has traps, soon, and leaves a counter below zero.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MeteredInstance } from './spend.ts';
import { assemble, i32, signed } from './wasm-text.ts';

const get = [0x20, 0x00];
const largest = 2n ** 63n - 1n;

test('an endless loop ends', async () => {
  const code = [0x03, 0x40, 0x0c, 0x00, 0x0b];
  const instance = await MeteredInstance.of(assemble({ functions: [{ export: 'run', code }] }));
  assert.equal(instance.spend('run', [], 1_000_000n), { result: 'unreachable', gas: 1_000_001n, exhausted: true });
});

test('endless recursion ends by gas or by the stack', async () => {
  const code = [0x10, 0x00];
  const instance = await MeteredInstance.of(assemble({ functions: [{ export: 'run', code }] }));
  assert.equal(instance.spend('run', [], 1000n), { result: 'unreachable', gas: 1001n, exhausted: true });
  const { result, exhausted } = instance.spend('run');
  assert.match(String(result), /stack/);
  assert.not(exhausted);
});

test('calls that double ever deeper end, though nothing loops', async () => {
  const depth = 60;
  const functions = Array.from({ length: depth }, (_, index) => ({
    ...(index === 0 ? { export: 'run' } : {}),
    code: index + 1 < depth ? [0x10, index + 1, 0x10, index + 1] : [],
  }));
  const instance = await MeteredInstance.of(assemble({ functions }));
  assert.is(instance.spend('run', [], 1_000_000n).exhausted, true);
});

test('another trap leaves what there is', async () => {
  const divide = [0x41, 1, ...get, 0x6e, 0x1a];
  const instance = await MeteredInstance.of(
    assemble({ functions: [{ parameters: [i32], export: 'run', code: divide }] }),
  );
  const { result, exhausted } = instance.spend('run', [0], 100n);
  assert.match(String(result), /divide/);
  assert.not(exhausted);
});

test('the rounds of a loop are counted that a trap ends', async () => {
  // while (true) 1000 / --x
  const code = [0x03, 0x40, 0x41, ...signed(1000), ...get, 0x41, 1, 0x6b, 0x22, 0x00, 0x6e, 0x1a, 0x0c, 0x00, 0x0b];
  const instance = await MeteredInstance.of(assemble({ functions: [{ parameters: [i32], export: 'run', code }] }));
  assert.is(instance.spend('run', [1000]).gas, 8000n);
});

test('what an import throws through a function leaves its count', async () => {
  const code = [...get, 0x1a, 0x10, 0x00, ...get, 0x1a];
  const bytes = assemble({ imports: ['env.jump'], functions: [{ parameters: [i32], export: 'run', code }] });
  const jump = () => {
    throw Number.POSITIVE_INFINITY;
  };
  const instance = await MeteredInstance.of(bytes, { env: { jump } });
  assert.equal(instance.spend('run', [1]), { result: Number.POSITIVE_INFINITY, gas: 5n, exhausted: false });
});

test('an import may refill and spend', async () => {
  const code = [0x10, 0x00, 0x10, 0x00];
  const bytes = assemble({ imports: ['env.spend'], functions: [{ export: 'run', code }] });
  const holder: { instance?: MeteredInstance } = {};
  const spend = () => {
    const gas = holder.instance?.exports['heddle.gas'] as WebAssembly.Global<'i64'>; // a metered module has it
    gas.value -= 10n;
  };
  holder.instance = await MeteredInstance.of(bytes, { env: { spend } });
  assert.is(holder.instance.spend('run').gas, 22n);
});

test('a guest whose counter is not set has all there is', async () => {
  const instance = await MeteredInstance.of(assemble({ functions: [{ export: 'run', code: [0x01] }] }));
  assert.is(instance.gas, largest);
});

test.run();
