import { createSystem } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adder, heardBy, listener } from '../fixtures/system/behaviors.ts';
import { wrapped } from '../fixtures/system/modules.ts';
import { refusal } from '../fixtures/system/refusal.ts';

/** The adder, whose slot 1 is different when it is evaluated again, and whose slot 3 crashes once. */
const fickle = () =>
  wrapped(adder, {
    before({ slot }, attempt) {
      if (slot === 3 && attempt === 1) throw new Error('crash');
    },
    after: (outcome, { slot }, attempt) => (slot === 1 && attempt > 1 ? { ...outcome, output: 'changed' } : outcome),
  });

test('a replay that comes out differently stops that process and shows both sides', async () => {
  const system = createSystem();
  const process = await system.spawn(fickle());
  const other = await system.spawn(listener);
  for (let sent = 0; sent < 4; sent++) await process.send({ data: '1' });
  await other.send({ data: 'goes on' });
  await system.settle();
  const { state, reason, mail } = process.status;
  assert.equal([state, mail], ['failed', 2]);
  assert.match(reason ?? '', 'divergence');
  assert.match(reason ?? '', '"changed"');
  assert.match(reason ?? '', 'slot 1');
  assert.equal(await heardBy(other), ['goes on']);
  assert.is((await refusal(() => process.send())).code, 'process-failed');
});

test('it is not tried again, however many restarts are left', async () => {
  let starts = 0;
  const module = fickle();
  const counted = {
    ...module,
    start: (...given: Parameters<typeof module.start>) => {
      starts++;
      return module.start(...given);
    },
  };
  const system = createSystem({ limits: { restarts: 100 } });
  const process = await system.spawn(counted);
  for (let sent = 0; sent < 4; sent++) await process.send({ data: '1' });
  await system.settle();
  assert.is(starts, 2);
});

test('gas that is counted otherwise is no divergence', async () => {
  const system = createSystem();
  const module = wrapped(adder, {
    before({ slot }, attempt) {
      if (slot === 3 && attempt === 1) throw new Error('crash');
    },
    after: (outcome, _, attempt) => ({ ...outcome, gasUsed: BigInt(attempt) }),
  });
  const process = await system.spawn(module);
  for (let sent = 0; sent < 4; sent++) await process.send({ data: '1' });
  await system.settle();
  assert.is(process.status.state, 'ready');
});

test.run();
