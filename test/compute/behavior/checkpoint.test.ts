import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { behavior, createSystem, defaultLimits, type Module } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wrapped } from '../../fixtures/system/modules.ts';
import { refusal } from '../../fixtures/system/refusal.ts';

const identity = { id: 'A'.repeat(43), owner: 'wallet', tags: [] };
const environment = {
  process: identity,
  module: identity,
  limits: defaultLimits,
  supervisor: 'supervisor',
  past: () => [],
};

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
  key: fc.oneof(fc.string(), fc.constant('__proto__')),
  values: [
    fc.string({ unit: 'grapheme' }),
    fc.integer(),
    fc.double().map((value) => value + 0), // no negative zero
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.bigInt(),
    fc.date({ noInvalidDate: true }), // no two of those are equal
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

/** Text that UTF-8 cannot hold, and numbers that look like others, among others of their kind. */
const oddLeaf = fc.oneof(
  fc.constantFrom<unknown>(-0, 0, '\ud83d', '\ude00', '\ud83d\ude00', 'a\udc00b', Number.NaN, 'a', ''),
  fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }),
);
const oddKey = fc.constantFrom('a', 'b', '1', '\ud83d', '\ud83e', '\udc00', 'é', '__proto__');
const { odd } = fc.letrec<{ odd: unknown }>((tie) => {
  const inner = tie('odd');
  return {
    odd: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      oddLeaf,
      fc.array(inner, { maxLength: 5 }),
      fc.dictionary(oddKey, inner, { maxKeys: 5 }),
      fc.array(fc.tuple(oddKey, inner), { maxLength: 5 }).map((entries) => new Map(entries)),
      fc.array(oddLeaf, { maxLength: 5 }).map((items) => new Set(items)),
    ),
  };
});

test('text that is not well-formed and negative zeros come back, wherever they are', async () => {
  await fc.assert(
    fc.asyncProperty(odd, async (state) => {
      deepStrictEqual(await throughCheckpoint(state), structuredClone(state));
      const holder = { one: state, other: [state] };
      const back = (await throughCheckpoint(holder)) as typeof holder; // it is what was written
      deepStrictEqual(back, structuredClone(holder));
      if (typeof state === 'object') assert.is(back.one, back.other[0]);
    }),
    { numRuns: 500 },
  );
});

/** Lists with places that are empty, which a loop over what a list has passes by. */
const holes = fc.array(fc.option(oddLeaf, { nil: undefined, freq: 2 }), { maxLength: 12 }).chain((items) =>
  fc.array(fc.nat(12), { maxLength: 8 }).map((empty) => {
    const list = [...items];
    for (const at of empty) delete list[at];
    if (empty[0] !== undefined) list.length += empty[0];
    return list;
  }),
);

test('places of a list that are empty stay empty', async () => {
  await fc.assert(
    fc.asyncProperty(holes, async (list) => {
      for (const state of [list, { one: list, other: [list] }, new Map([['list', list]])]) {
        const back = await throughCheckpoint(state);
        deepStrictEqual(back, structuredClone(state));
      }
      deepStrictEqual(Object.keys((await throughCheckpoint(list)) as unknown[]), Object.keys(list));
    }),
    { numRuns: 200 },
  );
});

test('a key from a stranger that names the prototype comes back as the key that it was', async () => {
  const state = { said: JSON.parse('{"__proto__":{"admin":true},"name":"x"}') as Record<string, unknown> };
  const back = (await throughCheckpoint(state)) as typeof state; // it is what was written
  assert.equal(Object.keys(back.said), ['__proto__', 'name']);
  assert.is(Object.getPrototypeOf(back.said), Object.prototype);
  assert.is(back.said.admin, undefined);
});

test('bytes of each kind come back, also those that stand beside each other in one buffer', async () => {
  const buffer = new ArrayBuffer(32);
  const state = {
    left: new Uint8Array(buffer, 0, 8).fill(1),
    right: new Float64Array(buffer, 8, 2).fill(2),
    none: new Uint8Array(buffer, 4, 0),
    end: new DataView(buffer, 24, 8),
    pooled: [Buffer.from('one'), Buffer.from('other')],
    big: new BigUint64Array([2n ** 64n - 1n]),
  };
  const back = (await throughCheckpoint(state)) as typeof state; // it is what was written
  const { end, ...others } = back;
  const { end: was, ...given } = state;
  deepStrictEqual(others, given);
  assert.equal([end.byteLength, end.getFloat64(0)], [8, was.getFloat64(0)]);
});

test('a frozen state comes back from a checkpoint too', async () => {
  const state = Object.freeze({ list: Object.freeze(['a', -0]), map: Object.freeze({ b: '\ud83d' }) });
  deepStrictEqual(await throughCheckpoint(state), structuredClone(state));
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

/** Says of its state what tells apart what looks alike, and changes it. */
const particular = behavior<{ text: string; zero: number; map: Map<string, number>; list: unknown[] }>(
  {
    init: () => ({ text: '\ud83d', zero: -0, map: new Map([['\udc00', -0]]), list: [undefined, Number.NaN] }),
    receive(state, message, turn) {
      const numbers = [state.zero, ...state.map.values()].map((value) => (Object.is(value, -0) ? '-0' : String(value)));
      const units = [state.text, ...state.map.keys()].map((text) => text.charCodeAt(0));
      turn.output([...numbers, ...units, state.map.size, state.list.map(String)]);
      turn.send({ target: 'a wallet', data: state.text + state.list.length });
      state.map.set(message.data, -0);
      state.text = `${'\udfff'}${state.text}`;
      state.list.push(message.data);
    },
  },
  { name: 'particular' },
);

test('a state that JSON or UTF-8 cannot hold is the same after a crash as it would have been without one', async () => {
  const run = async (module: Module) => {
    const system = createSystem({ limits: { checkpointSlots: 2, restarts: 10 } });
    const process = await system.spawn(module);
    for (let sent = 0; sent < 9; sent++) await process.send({ data: `${sent}\ud800` });
    await system.settle();
    const { state, reason } = process.status;
    assert.equal([state, reason], ['ready', undefined]);
    return system.trace.digest;
  };
  const calm = await run(particular);
  for (const crashes of [[1], [4], [5], [1, 2, 3], [9], [2, 4, 6, 8]]) {
    const crashing = wrapped(particular, {
      before({ slot }, attempt) {
        if (attempt === 1 && crashes.includes(slot)) throw new Error('crash');
      },
    });
    assert.is(await run(crashing), calm, `crashes at ${crashes}`);
  }
});

test.run();
