// The same messages give the same outcomes as AO's own loader, message by message, in both pointer widths.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assignmentJson, environmentJson } from '../../../lib/compute/wasm/message-json.ts';
import { outcomeFromWire, outcomeToWire } from '../../../lib/compute/wasm/outcome-json.ts';
import type { JsonObject } from '../../../lib/core/json.ts';
import { outcomeText } from '../../../lib/core/outcome.ts';
import type { ModuleName } from '../../modules/index.ts';
import { conversation } from './conversation.ts';
import { Oracle } from './oracle/index.ts';
import { assignmentOf, environment, published } from './process.ts';

const withDefaults = (result: JsonObject): JsonObject => ({
  Messages: [],
  Spawns: [],
  Assignments: [],
  Output: '',
  GasUsed: 0,
  ...result,
});

for (const name of ['aos2_0_6', 'aos2_0_4_32'] satisfies ModuleName[]) {
  test(`${name}: ${conversation.length} messages`, async () => {
    const module = await published(name);
    const executor = await module.start(environment(module));
    const oracle = new Oracle(name);
    const differing: string[] = [];
    try {
      for (const [slot, step] of conversation.entries()) {
        const assignment = assignmentOf(module, slot, step);
        const question = { message: assignmentJson(assignment), environment: environmentJson(environment(module)) };
        const theirs = await oracle.ask(question);
        const ours = await executor.evaluate(assignment);
        if (theirs.trapped) {
          // The loader throws the engine's error, for which AO has no text of its own.
          assert.is(ours.fault, 'guest-trap', `${step.name}: ${theirs.trapped}`);
          continue;
        }
        const wire = theirs.result ?? { Error: theirs.thrown };
        const expected = outcomeFromWire(wire);
        if (outcomeText(ours) !== outcomeText(expected)) {
          differing.push(
            `${step.name}\n  ours   ${outcomeText(ours).slice(0, 600)}\n  theirs ${outcomeText(expected).slice(0, 600)}`,
          );
        } else {
          assert.equal(outcomeToWire(ours), withDefaults(wire), step.name);
        }
      }
    } finally {
      oracle.close();
    }
    assert.equal(differing, [], differing.join('\n'));
  });
}

test.run();
