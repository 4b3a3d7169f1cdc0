// What would come back from a checkpoint as something else is found in a state as what cannot be copied at all is.

import { behavior, createSystem } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refusal } from '../../fixtures/system/refusal.ts';

const buffer = new ArrayBuffer(8);
const far: string[] = [];
far[4_000_000_000] = 'far';

/** What would come back as something else than it is. */
const notTheSame: Readonly<Record<string, readonly [() => unknown, RegExp]>> = {
  'a map of a class of its own': [
    () => new (class Stock extends Map<string, number> {})([['a', 1]]),
    /\.odd is a Stock/,
  ],
  'a set of a class of its own': [() => new (class Tags extends Set {})(['a']), /\.odd is a Tags/],
  'a list of a class of its own': [() => class Row extends Array {}.of(1, 2), /\.odd is a Row/],
  'a date of a class of its own': [() => new (class Day extends Date {})(5), /\.odd is a Day/],
  'bytes of a class of their own': [() => new (class Key extends Uint8Array {})(3), /\.odd is a Key/],
  'what claims to be a date': [() => ({ at: new Claim() }), /\.odd\.at is a Claim/],
  'two views of the same bytes': [
    () => [new Uint8Array(buffer), new Uint32Array(buffer)],
    /\.odd\[1\] is bytes that .*\[0\] has too/,
  ],
  'a buffer and a view of it': [
    () => ({ view: new DataView(buffer, 4), buffer }),
    /\.odd\.view is bytes that .*\.odd\.buffer/,
  ],
  'a list whose only part is far away': [() => far, /\.odd is a list with 4000000000 places that are empty/],
  'a part that cannot be looked at': [
    () => ({
      get part() {
        throw new Error('not now');
      },
    }),
    /cannot be copied: not now/,
  ],
  'parts of parts without end': [() => endless(), /cannot be copied: Maximum call stack/],
};

class Claim {
  readonly [Symbol.toStringTag] = 'Date';
}

function endless(): unknown {
  let inner: unknown = {};
  for (let depth = 0; depth < 100_000; depth++) inner = { inner };
  return inner;
}

for (const [what, [make, where]] of Object.entries(notTheSame)) {
  const odd = behavior<{ count: number; odd?: unknown }>(
    {
      init: () => ({ count: 0 }),
      receive(state, message, turn) {
        state.count++;
        if (message.data === 'put') state.odd = make();
        if (message.data === 'take') delete state.odd;
        turn.output(state.count);
      },
    },
    { name: 'odd' },
  );

  test(`${what} that gets into a state is found, and the turn says where it is`, async () => {
    const system = createSystem();
    const process = await system.spawn(odd);
    for (const data of ['1', '2', '3', '4', 'put', '6', '7']) await process.send({ data });
    const { error, fault } = await process.outcome(7);
    assert.is(fault, 'state-invalid');
    assert.match(String(error), where);
    assert.is((await refusal(() => process.checkpoint())).code, 'state-invalid');
    await process.send({ data: 'take' });
    assert.is((await process.outcome(8)).output, 7);
    await process.checkpoint();
    assert.is(process.status.state, 'ready');
  });

  test(`${what} that is returned is no state`, async () => {
    const returning = behavior<unknown>({ init: () => 'first', receive: () => [make()] }, { name: 'returning' });
    const process = await createSystem().spawn(returning);
    assert.is((await (await process.send()).outcome()).fault, 'state-invalid');
  });
}

test.run();
