// What an executor returns is checked before anything depends on it; one that returns no outcome has crashed.

import { createSystem, type Outcome } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { heardBy, listener } from '../fixtures/system/behaviors.ts';
import { malformedOutcomes } from '../fixtures/system/malformed.ts';
import { outcomeWith, scripted, wrapped } from '../fixtures/system/modules.ts';
import { refusal } from '../fixtures/system/refusal.ts';

const id = 'A'.repeat(43);
const known = (malformed: unknown): Outcome => malformed as Outcome; // what another's code may return

for (const [name, malformed] of Object.entries(malformedOutcomes)) {
  for (const [when, asynchronous] of Object.entries({ 'at once': false, later: true })) {
    test(`an executor that gives ${name} ${when} has crashed; when that goes on its process fails and no other`, async () => {
      const system = createSystem({ limits: { restarts: 2 } });
      const answering = scripted(id, ({ slot }) => (slot === 1 ? known(malformed) : outcomeWith({})));
      const process = await system.spawn(asynchronous ? wrapped(answering, {}) : answering);
      const other = await system.spawn(listener);
      for (const data of ['1', '2']) {
        await process.send({ data });
        await other.send({ data });
      }
      const crashes: unknown[] = [];
      system.trace.subscribe((event) => {
        if (event.type === 'lifecycle' && event.to === 'restarting') crashes.push(event.process);
      });
      await system.settle();
      assert.equal(crashes, [process.id, process.id, process.id]);
      const { state, mail, reason } = process.status;
      assert.equal([state, mail], ['failed', 2]);
      assert.match(reason ?? '', 'result-malformed');
      assert.is((await refusal(() => process.send())).code, 'process-failed');
      assert.equal(await heardBy(other), ['1', '2']);
    });
  }
}

test('an executor that gives an outcome when it is started again goes on', async () => {
  const system = createSystem();
  const process = await system.spawn(
    wrapped(listener, {
      after: (outcome, { slot }, attempt) => (slot === 1 && attempt === 1 ? known(undefined) : outcome),
    }),
  );
  for (const data of ['1', '2']) await process.send({ data });
  await system.settle();
  assert.is(process.status.state, 'ready');
  assert.equal(await heardBy(process), ['1', '2']);
});

test('an executor that gives something else when it is brought up again has crashed too', async () => {
  const system = createSystem({ limits: { restarts: 1 } });
  const process = await system.spawn(
    wrapped(listener, {
      before({ slot }, attempt) {
        if (slot === 2 && attempt === 1) throw new Error('crash');
      },
      after: (outcome, { slot }, attempt) => (slot === 1 && attempt > 1 ? known(undefined) : outcome),
    }),
  );
  for (const data of ['1', '2']) await process.send({ data });
  await system.settle();
  const { state, reason } = process.status;
  assert.is(state, 'failed');
  assert.match(reason ?? '', 'result-malformed');
});

test.run();
