// An executor of the user's own may answer with promises; it is then given one message at a time, however large it is.

import { createSystem, type Executor, type Module } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

test('an executor that answers later is asked for the next message when it has answered', async () => {
  let busy = false;
  const start = (): Executor => {
    let slot = -1;
    return {
      get slot() {
        return slot;
      },
      residentBytes: 10_000_000,
      async evaluate(assignment) {
        assert.not.ok(busy, `slot ${assignment.slot} comes while another is evaluated`);
        busy = true;
        await new Promise((resolve) => setTimeout(resolve, 1));
        busy = false;
        slot = assignment.slot;
        return { messages: [], spawns: [], assignments: [], output: `${slot}`, gasUsed: 0n };
      },
      dryRun() {
        throw new Error('nobody asks');
      },
      checkpoint: () => ({ slot, bytes: new Uint8Array(0) }),
      close() {},
    };
  };
  const module: Module = { id: `${'S'.repeat(42)}A`, owner: '', tags: [], load() {}, start };
  await using system = createSystem({ workers: 0 });
  const process = await system.spawn(module);
  for (let sent = 0; sent < 5; sent++) await process.send();
  assert.equal(await system.settle(), { turns: 6, idle: true });
  assert.equal([process.status.state, process.status.slots], ['ready', 6]);
});

test.run();
