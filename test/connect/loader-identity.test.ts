// The same conversation, with the memory passed on each time, gives the same results through AO's loader and heddle's.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { conversation } from '../compute/wasm/conversation.ts';
import type { ModuleName } from '../modules/index.ts';
import { withPair } from './pair.ts';

for (const name of ['aos2_0_6', 'aos2_0_4_32'] satisfies ModuleName[]) {
  test(`${name}: ${conversation.length} messages`, async () => {
    let results = 0;
    await withPair(name, {}, async (both) => {
      for (const [at, step] of conversation.entries()) {
        const { ours, theirs } = await both(step, at === 0 ? null : 'last', 'last');
        if (theirs.trapped === undefined) assert.equal(ours, theirs, step.name);
        else assert.type(ours.trapped, 'string', `${step.name}: ${theirs.trapped}`);
        if (theirs.result) results++;
      }
    });
    assert.ok(results > 60, `${results} results`);
  });
}

test.run();
