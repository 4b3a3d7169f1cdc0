import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { behavior, createSystem, defaultLimits } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refusal } from '../../fixtures/system/refusal.ts';

const identity = { id: 'A'.repeat(43), owner: 'wallet', tags: [] };
const environment = { process: identity, module: identity, limits: defaultLimits };

/** What comes back when a state is written to a checkpoint and read from it. */
async function throughCheckpoint(state: unknown): Promise<unknown> {
  let read: unknown;
  const reading = (found: unknown): void => {
    read = found;
  };
  const module = behavior<unknown>({ init: () => state, receive: reading }, { name: 'any' });
  const system = createSystem();
  const process = await system.spawn(module);
  const [assignment] = await process.schedule();
  assert.ok(assignment);
  const executor = await module.start(environment);
  await executor.evaluate(assignment);
  const checkpoint = await executor.checkpoint();
  assert.is(checkpoint.slot, 0);
  const again = await module.start(environment, checkpoint);
  assert.is(again.slot, 0);
  await again.dryRun(assignment);
  return read;
}

const plain = fc.object({
  key: fc.string().filter((key) => key !== '__proto__'),
  values: [
    fc.string({ unit: 'grapheme' }),
    fc.integer(),
    fc.double().map((value) => value + 0), // no negative zero
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.bigInt(),
    fc.date(),
    fc.uint8Array(),
    fc.float64Array(),
    fc.array(fc.tuple(fc.string(), fc.integer())).map((entries) => new Map(entries)),
    fc.array(fc.string()).map((items) => new Set(items)),
  ],
});

test('plain data comes back from a checkpoint as it was', async () => {
  await fc.assert(
    fc.asyncProperty(plain, async (state) => {
      deepStrictEqual(await throughCheckpoint(state), structuredClone(state));
    }),
    { numRuns: 200 },
  );
});

test('what refers to the same, or to itself, still does', async () => {
  const inner = { name: 'inner' };
  const state: Record<string, unknown> = { one: inner, other: inner };
  state.self = state;
  const back = (await throughCheckpoint(state)) as typeof state; // it is what was written
  assert.is(back.one, back.other);
  assert.is(back.self, back);
});

test('no state at all comes back as none', async () => {
  assert.is(await throughCheckpoint(undefined), undefined);
  assert.is(await throughCheckpoint(null), null);
});

test('bytes that are no checkpoint are refused', async () => {
  const module = behavior<number>({ init: () => 0, receive: (count) => count }, { name: 'any' });
  const bytes = new Uint8Array([0xc1, 0xff, 0xff]);
  const error = await refusal(() => module.start(environment, { slot: 3, bytes }));
  assert.is(error.code, 'checkpoint-invalid');
});

test.run();
