// What a store, a module or a clock returns may be a promise of another realm or library, which no `instanceof` knows.

import { runInNewContext } from 'node:vm';
import {
  type Awaitable,
  type Clock,
  createSystem,
  type Executor,
  type LogPiece,
  type Module,
  memoryStore,
  type Store,
  virtualClock,
} from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adder, heardBy, listener } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';

const ForeignPromise: PromiseConstructor = runInNewContext('Promise');

/** `work`, a turn of the event loop later. */
const later = <T>(work: () => Awaitable<T>): Promise<T> =>
  new ForeignPromise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    });
  });

/** A store that answers everything later. */
function laterStore(): Store {
  const store = memoryStore();
  return {
    append: (piece) => later(() => store.append(piece)),
    read: (position) => store.read(position),
    putCheckpoint: (checkpoint) => later(() => store.putCheckpoint(checkpoint)),
    checkpoint: (process) => later(() => store.checkpoint(process)),
    putLedger: (ledger) => later(() => store.putLedger(ledger)),
    ledger: () => later(() => store.ledger()),
    putBlob: (bytes) => later(() => store.putBlob(bytes)),
    blob: (id) => later(() => store.blob(id)),
    get durableLength() {
      return store.length;
    },
    get trimmed() {
      return store.trimmed;
    },
    get base() {
      return store.base;
    },
    trim: (base, before) => later(() => store.trim(base, before)),
    flush: () => later(() => store.flush()),
    close: () => later(() => store.close()),
  };
}

/** The adder, whose executor answers everything later. */
const laterAdder: Module = {
  ...adder,
  load: () => later(() => {}),
  start: async (environment, from) => {
    const inner = await adder.start(environment, from);
    const executor: Executor = {
      get slot() {
        return inner.slot;
      },
      evaluate: (assignment) => later(() => inner.evaluate(assignment)),
      dryRun: (message) => later(() => inner.dryRun(message)),
      checkpoint: () => later(() => inner.checkpoint()),
      close: () => later(() => inner.close()),
    };
    return later(() => executor);
  },
};

test('such promises are a foreign kind', () => {
  assert.not.instance(
    later(() => 1),
    Promise,
  );
});

test('a store and an executor that answer later give the run that they give at once', async () => {
  const run = async (module: Module, store: Store) => {
    const system = createSystem({ store, limits: { checkpointSlots: 3 } });
    const process = await system.spawn(module);
    for (const data of ['1', '2', 'fail', '3']) await process.send({ data });
    assert.is((await process.ask({ data: '4' })).data, '10');
    assert.is((await process.dryRun({ data: '1' })).messages[0]?.data, '11');
    await system.close();
    return system.trace.digest;
  };
  assert.is(await run(laterAdder, laterStore()), await run(adder, memoryStore()));
});

test('an executor that fails later has crashed, and is restarted', async () => {
  let crashed = false;
  const module: Module = {
    ...adder,
    start: async (environment, from) => {
      const inner = await adder.start(environment, from);
      const evaluate: Executor['evaluate'] = (assignment) =>
        later(() => {
          if (assignment.slot !== 1 || crashed) return inner.evaluate(assignment);
          crashed = true;
          throw new Error('crash');
        });
      return {
        get slot() {
          return inner.slot;
        },
        evaluate,
        dryRun: (message) => inner.dryRun(message),
        checkpoint: () => inner.checkpoint(),
        close: () => inner.close(),
      };
    },
  };
  const system = createSystem();
  const process = await system.spawn(module);
  assert.is((await process.ask({ data: '4' })).data, '4');
  assert.ok(crashed);
});

test('what is recorded is told when it is stored, and refused when it is not', async () => {
  const store = memoryStore();
  const keep = store.append.bind(store);
  const events: string[] = [];
  let full = false;
  const slow: Store = Object.assign(store, {
    append: (piece: LogPiece) =>
      later(() => {
        if (full) throw new Error('the disk is full');
        events.push('stored');
        keep(piece);
      }),
  });
  const system = createSystem({ store: slow });
  system.trace.subscribe(({ type }) => events.push(type));
  const process = await system.spawn(listener);
  await process.send({ data: '1' });
  assert.equal(events, ['stored', 'spawned', 'assigned', 'stored', 'assigned']);
  full = true;
  assert.is((await refusal(() => process.send())).code, 'store-failed');
  assert.equal(events.slice(5), [], 'nobody is told of it');
});

test('a clock that moves later is waited for', async () => {
  const inner = virtualClock();
  const clock: Clock = {
    now: () => inner.now(),
    advanceTo: (timestampMs) => later(() => inner.advanceTo(timestampMs)),
  };
  const system = createSystem({ clock });
  const process = await system.spawn(listener);
  const startMs = system.now.timestampMs;
  await system.advance(5_000);
  assert.is(system.now.timestampMs, startMs + 5_000);
  assert.is((await refusal(() => process.ask({}, { timeoutMs: 700 }))).code, 'ask-timeout');
  assert.is(system.now.timestampMs, startMs + 5_700);
  assert.equal(await heardBy(process), ['']);
});

test.run();
