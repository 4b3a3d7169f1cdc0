// A process restored from a checkpoint answers as the one the checkpoint was taken of.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Checkpoint } from '../../../lib/compute/executor.ts';
import { HeddleError } from '../../../lib/core/error.ts';
import { outcomeText } from '../../../lib/core/outcome.ts';
import { randomStream } from '../../../lib/core/random.ts';
import type { ModuleName } from '../../modules/index.ts';
import { conversation } from './conversation.ts';
import { authority, otherId, published, TestProcess } from './process.ts';

const modules = ['aos2_0_6', 'aos2_0_4_32'] satisfies ModuleName[];

/** The conversation without its last messages, which take long. */
const messages = conversation.slice(1, 70);

for (const name of modules) {
  test(`${name}: a conversation that moves to another executor now and then`, async () => {
    const stays = await TestProcess.booted(name);
    let moves = await TestProcess.booted(name);
    for (const [i, message] of messages.entries()) {
      if (i % 7 === 0) {
        const checkpoint = await moves.executor.checkpoint();
        assert.equal(checkpoint.bytes, (await stays.executor.checkpoint()).bytes, `the states before ${message.name}`);
        await moves.executor.close();
        moves = await TestProcess.restored(moves.module, checkpoint);
        assert.is(moves.executor.slot, checkpoint.slot);
      }
      const [expected, found] = [await stays.send(message), await moves.send(message)];
      assert.is(outcomeText(found), outcomeText(expected), message.name);
    }
  });

  test(`${name}: a coroutine that waits, and the clock`, async () => {
    const process = await TestProcess.booted(name);
    await process.eval('ao.reference = 1000 return os.clock()');
    await process.run(`print("got " .. Send({ Target = "${otherId}" }).receive().Data .. os.clock())`);
    const restored = await TestProcess.restored(process.module, await process.executor.checkpoint());
    const tags = { 'From-Process': otherId, 'X-Reference': '1001' };
    const reply = { from: otherId, owner: authority, tags, data: 'data' };
    const outcome = await restored.send(reply);
    assert.match(JSON.stringify(outcome.output), 'got data0.002');
    assert.is(outcomeText(outcome), outcomeText(await process.send(reply)));
  });
}

test('a blank process', async () => {
  const blank = await TestProcess.blank(await published('aos2_0_6'));
  const restored = await TestProcess.restored(blank.module, await blank.executor.checkpoint());
  assert.is(restored.executor.slot, -1);
  for (const message of messages.slice(0, 3)) {
    assert.is(outcomeText(await restored.send(message)), outcomeText(await blank.send(message)));
  }
});

async function refusalOf(name: ModuleName, checkpoint: Checkpoint): Promise<string> {
  try {
    await TestProcess.restored(await published(name), checkpoint);
    return 'none';
  } catch (error) {
    return error instanceof HeddleError ? error.code : String(error);
  }
}

test('a checkpoint that is damaged, cut off, empty, of another slot or of another module', async () => {
  const { executor } = await TestProcess.booted('aos2_0_6');
  const { slot, bytes } = await executor.checkpoint();
  const random = randomStream('checkpoint', 'damage');
  for (let round = 0; round < 60; round++) {
    const damaged = bytes.slice();
    const at = round < 30 ? random.below(100) : random.below(damaged.length);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << random.below(8));
    assert.is(await refusalOf('aos2_0_6', { slot, bytes: damaged }), 'checkpoint-invalid', `byte ${at}`);
  }
  for (const length of [0, 1, 15, 16, 80, 100, bytes.length - 1]) {
    assert.is(await refusalOf('aos2_0_6', { slot, bytes: bytes.slice(0, length) }), 'checkpoint-invalid', `${length}`);
  }
  assert.is(await refusalOf('aos2_0_6', { slot: slot + 1, bytes }), 'checkpoint-invalid');
  assert.is(await refusalOf('aos2_0_4_32', { slot, bytes }), 'checkpoint-invalid');
  assert.is(await refusalOf('aos2_0_6', { slot, bytes }), 'none');
});

test.run();
