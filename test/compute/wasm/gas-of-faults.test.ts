// A turn that breaks says what it used until then, unless that depends on where it runs.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wasm } from '../../../lib/compute/wasm/index.ts';
import { badId, type Code, guestModule, op } from './guest-module.ts';
import { assignmentOf, environment } from './process.ts';

/** A loop of so many rounds, with the first parameter of `handle` as its counter. */
const rounds = (count: number): Code => [
  ...[...op.constant(count), 0x21, 0, 0x03, 0x40],
  ...[0x20, 0, ...op.constant(1), 0x6b, 0x22, 0, 0x0d, 0, 0x0b],
];

/** The fault of a message to the guest, and its gas. */
async function broken(bad: Code, prepare: 'before' | 'off' = 'before') {
  const module = wasm(guestModule({ bad: [...rounds(1000), ...bad] }), { prepare });
  const limits = { turnGas: 1_000_000, turnMs: 100, memoryBytes: 131_072 };
  const executor = await module.start(environment(module, limits));
  const { fault, gasUsed } = await executor.evaluate(assignmentOf(module, 0, { id: badId }));
  return { fault, gasUsed };
}

const ends = {
  'guest-trap': op.unreachable,
  'guest-exit': op.exit,
  'guest-over-gas': op.loopForEver,
  'guest-over-memory': op.growByOnePage,
  'result-malformed': [...op.constant(2000), 0x0f],
};

for (const [fault, code] of Object.entries(ends)) {
  test(`${fault}: the same gas each time`, async () => {
    const found = await broken(code);
    assert.is(found.fault, fault);
    assert.ok(found.gasUsed > 5000n, String(found.gasUsed));
    assert.is(found.gasUsed > 1_000_000n, fault === 'guest-over-gas');
    assert.equal(await broken(code), found);
  });
}

test('how deep the native stack is depends on the engine', async () => {
  // `handle`, which has the first index after the imported exit, calls itself with addresses of messages like this one.
  const module = wasm(guestModule({ bad: [0x20, 0, 0x20, 1, ...op.call(1), 0x1a] }), { prepare: 'before' });
  const executor = await module.start(environment(module));
  const outcome = await executor.evaluate(assignmentOf(module, 0, { id: badId }));
  assert.match(String(outcome.error), 'its stack overflowed');
  assert.is(outcome.gasUsed, 0n);
});

test('a module that counts no gas says nothing', async () => {
  assert.equal(await broken(op.unreachable, 'off'), { fault: 'guest-trap', gasUsed: 0n });
  assert.equal(await broken(op.loopForEver, 'off'), { fault: 'guest-over-time', gasUsed: 0n });
});

test.run();
