import { createSystem, memoryStore, type System } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { echo, listener } from '../fixtures/system/behaviors.ts';
import { wrapped } from '../fixtures/system/modules.ts';
import { refusal } from '../fixtures/system/refusal.ts';

test('a closed system takes nothing any more', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  const receipt = await process.send();
  await system.close();
  const works: readonly (() => unknown)[] = [
    () => system.close(),
    () => system.spawn(listener),
    () => system.settle(),
    () => system.run(),
    () => system.advance(1),
    () => system.outbound(),
    () => system.record(),
    () => process.send(),
    () => process.ask(),
    () => process.dryRun(),
    () => process.outcome(1),
    () => process.schedule(),
    () => process.stop(),
    () => process.restart(),
    () => receipt.outcome(),
  ];
  for (const work of works) assert.is((await refusal(work)).code, 'system-closed', String(work));
});

function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), passed };
}

/** Closes a system while a turn is under way, which ends only then. */
async function closeWithin(
  system: System,
  underWay: ReturnType<typeof gate>,
  held: ReturnType<typeof gate>,
): Promise<void> {
  const run = refusal(() => system.settle());
  await underWay.passed;
  const closed = system.close();
  held.open();
  await closed;
  assert.is((await run).code, 'system-closed');
}

test('closing during a run ends it after the turn under way, which is stored', async () => {
  const store = memoryStore();
  const system = createSystem({ store });
  const [underWay, held] = [gate(), gate()];
  const slow = wrapped(listener, {
    async before({ slot }) {
      if (slot !== 1) return;
      underWay.open();
      await held.passed;
    },
  });
  const process = await system.spawn(slow);
  for (let sent = 0; sent < 3; sent++) await process.send();
  await closeWithin(system, underWay, held);
  assert.is(process.status.mail, 2);
  const next = createSystem({ store, modules: [listener] });
  await next.open();
  assert.is(next.process(process.id).status.mail, 2);
});

test('a turn that crashes while the system is closing is left to another life', async () => {
  const store = memoryStore();
  const system = createSystem({ store });
  const [underWay, held] = [gate(), gate()];
  const slots: number[] = [];
  const crashing = wrapped(listener, {
    async before({ slot }) {
      slots.push(slot);
      if (slot !== 1) return;
      underWay.open();
      await held.passed;
      throw new Error('it crashed');
    },
  });
  const process = await system.spawn(crashing);
  await process.send();
  await closeWithin(system, underWay, held);
  assert.equal(slots, [0, 1]);
  const next = createSystem({ store, modules: [listener] });
  await next.settle();
  const { state, mail } = next.process(process.id).status;
  assert.equal([state, mail], ['ready', 0]);
});

test('closing ends the executor of every process and the store, once', async () => {
  const closed: string[] = [];
  const store = memoryStore();
  store.close = () => void closed.push('store');
  const module = wrapped(listener, { onClose: (process) => closed.push(process) });
  const system = createSystem({ store });
  const processes = [await system.spawn(module), await system.spawn(module)];
  await system.settle();
  await system.close();
  assert.equal(closed, [...processes.map(({ id }) => id), 'store']);
});

test('questions that wait for a reply end with system-closed', async () => {
  const system = createSystem();
  const process = await system.spawn(wrapped(echo, { before: () => new Promise((resolve) => setTimeout(resolve, 5)) }));
  const asked = refusal(() => process.ask());
  await new Promise((resolve) => setTimeout(resolve, 2));
  await system.close();
  assert.is((await asked).code, 'system-closed');
});

test('leaving the scope closes the system, unless it is closed already', async () => {
  const closed: string[] = [];
  for (const early of [false, true]) {
    const store = memoryStore();
    store.close = () => void closed.push(`early: ${early}`);
    await using system = createSystem({ store });
    await system.spawn(listener);
    if (early) await system.close();
  }
  assert.equal(closed, ['early: false', 'early: true']);
});

test('what was seen stays readable', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  await system.settle();
  const { digest } = system.trace;
  await system.close();
  assert.is(system.trace.digest, digest);
  assert.is(process.status.slots, 1);
  assert.is(system.process(process.id).id, process.id);
});

test('an executor that cannot be closed keeps neither the others nor the store from it', async () => {
  const closed: string[] = [];
  const store = memoryStore();
  store.close = () => void closed.push('store');
  const system = createSystem({ store });
  const first = await system.spawn(
    wrapped(listener, {
      onClose() {
        throw new Error('cannot be closed');
      },
    }),
  );
  const second = await system.spawn(wrapped(echo, { onClose: (process) => closed.push(process) }));
  await system.settle();
  await system.close();
  assert.equal(closed, [second.id, 'store']);
  assert.is((await refusal(() => first.send())).code, 'system-closed');
});

test('a stopped process whose executor cannot be closed is stopped all the same', async () => {
  const system = createSystem();
  const process = await system.spawn(
    wrapped(listener, {
      onClose() {
        throw new Error('cannot be closed');
      },
    }),
  );
  await system.settle();
  await process.stop('enough');
  assert.is(process.status.state, 'stopped');
});

test('a store that cannot be closed is store-failed', async () => {
  const store = memoryStore();
  store.close = () => {
    throw new Error('still busy');
  };
  const error = await refusal(() => createSystem({ store }).close());
  assert.is(error.code, 'store-failed');
  assert.match(error.message, 'still busy');
});

test.run();
