// A dry run answers as a message would and leaves no trace.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dryRunJson } from '../../../lib/compute/wasm/message-json.ts';
import type { ModuleName } from '../../modules/index.ts';
import { alice, assignmentOf, published, TestProcess } from './process.ts';

for (const name of ['aos2_0_6', 'aos2_0_4_32'] satisfies ModuleName[]) {
  test(`${name}: reads and changes`, async () => {
    const process = await TestProcess.booted(name);
    await process.eval(`Count = 1 Handlers.add('count', 'Count', function(m)
      Count = Count + 1
      m.reply({ Data = tostring(Count), Clock = tostring(os.clock()), ['Read-Only'] = tostring(m['Read-Only']) })
    end)`);
    const { bytes, slot } = await process.executor.checkpoint();
    const message = { from: alice, tags: { Action: 'Count' } };
    const replies = [await process.dryRun(message), await process.dryRun(message)];
    for (const { messages, error } of replies) {
      assert.is(error, undefined);
      assert.is(messages[0]?.data, '2');
    }
    assert.equal(replies[0], replies[1], 'the second sees nothing of the first');
    assert.ok((await process.dryRun({ tags: { Action: 'Eval' }, data: 'error("boom")' })).error);
    await process.dryRun({ tags: { Action: 'Eval' }, data: 'Big = string.rep("x", 20000000)' });
    const after = await process.executor.checkpoint();
    assert.is(after.slot, slot, 'it takes no slot');
    assert.ok(Buffer.from(after.bytes).equals(bytes), 'every byte of the state is as before');
  });
}

test('the message a dry run is', async () => {
  const { process, message, timestampMs, blockHeight } = assignmentOf(await published('aos2_0_6'), 1, { from: alice });
  const json = JSON.parse(dryRunJson({ process, message, timestampMs, blockHeight }));
  assert.is(json['Read-Only'], true);
  assert.is(json.Cron, false);
  for (const absent of ['Nonce', 'Epoch', 'Hash-Chain', 'Forwarded-By']) assert.not.ok(absent in json, absent);
});

test.run();
