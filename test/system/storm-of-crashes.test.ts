// A budget may cover any number of crashes. The rest of the program goes on meanwhile.

import { createSystem } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { heardBy, listener } from '../fixtures/system/behaviors.ts';
import { wrapped } from '../fixtures/system/modules.ts';
import { refusal } from '../fixtures/system/refusal.ts';

/** A listener that crashes in slot 1, so many times, and is then told to stay. */
const crashing = (times: number, thrown: () => unknown = () => new Error('crash')) =>
  wrapped(listener, {
    before({ slot }, attempt) {
      if (slot === 1 && attempt <= times) throw thrown();
    },
  });

test('a process that always crashes does not keep the program from closing its system', async () => {
  const system = createSystem();
  const { processes } = await system.supervise({
    restarts: Number.MAX_SAFE_INTEGER,
    children: [{ module: crashing(Number.POSITIVE_INFINITY) }],
  });
  await processes[0]?.send();
  const settled = refusal(() => system.settle());
  // A timer of the program, which fires only if the storm lets it.
  await new Promise((resolve) => setTimeout(resolve, 5));
  await system.close();
  assert.is((await settled).code, 'system-closed');
});

test('many thousand crashes in a row change nothing, and are counted', async () => {
  const system = createSystem();
  const { processes, status } = await system.supervise({
    restarts: 30_000,
    children: [{ module: crashing(20_000) }, { module: { ...listener, id: 'B'.repeat(43) } }],
  });
  const [stormy, calm] = processes;
  assert.ok(stormy && calm);
  for (const process of processes) await process.send({ data: 'heard' });
  await system.settle();
  for (const process of processes) assert.equal(await heardBy(process), ['heard']);
  assert.is(status.state, 'watching');
});

test('what an executor throws may be anything, even what throws when it is looked at', async () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const system = createSystem({ limits: { restarts: 2 } });
  const mended = await system.spawn(crashing(2, () => proxy));
  const hopeless = await system.spawn({ ...crashing(3, () => proxy), id: 'B'.repeat(43) });
  for (const process of [mended, hopeless]) await process.send({ data: 'heard' });
  await system.settle();
  assert.equal(await heardBy(mended), ['heard']);
  assert.is(hopeless.status.state, 'failed');
  assert.match(hopeless.status.reason ?? '', '2 restarts are spent');
});

test.run();
