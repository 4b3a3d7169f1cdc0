// A prepared module answers every message as the published one does, and its memory comes to hold the same.

import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Executor } from '../../../../lib/compute/executor.ts';
import { wasm } from '../../../../lib/compute/wasm/index.ts';
import { hashId } from '../../../../lib/core/id.ts';
import { outcomeText } from '../../../../lib/core/outcome.ts';
import { type ModuleName, publishedModule } from '../../../modules/index.ts';
import { conversation } from '../conversation.ts';
import { assignmentOf, environment } from '../process.ts';
import { preparePublished } from './published.ts';

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const image = async (executor: Executor) => digest((await executor.checkpoint()).bytes);

for (const name of ['aos', 'aos2_0_1', 'aos2_0_3', 'aos2_0_4_32', 'aos2_0_6'] satisfies ModuleName[]) {
  test(`${name}: ${conversation.length} messages`, async () => {
    const { bytes, report } = await preparePublished(name);
    assert.equal(report.leftOut, []);
    assert.ok(report.asyncifyFolded && report.metered && report.lowered === (name !== 'aos2_0_4_32'));
    const id = hashId('test module', name);
    const published = wasm(publishedModule(name).bytes(), { id });
    const prepared = wasm(bytes, { id });
    const original = await published.start(environment(published));
    const rewritten = await prepared.start(environment(published));
    const differing: string[] = [];
    const different = (what: string, ours: string, theirs: string) => {
      if (ours !== theirs)
        differing.push(`${what}\n  prepared  ${ours.slice(0, 400)}\n  published ${theirs.slice(0, 400)}`);
    };
    for (const [slot, step] of conversation.entries()) {
      const assignment = assignmentOf(published, slot, step);
      const theirs = await original.evaluate(assignment);
      const ours = await rewritten.evaluate(assignment);
      different(step.name, outcomeText(ours), outcomeText(theirs));
      if (slot % 10 === 0) different(`memory after ${step.name}`, await image(rewritten), await image(original));
    }
    different('memory in the end', await image(rewritten), await image(original));
    assert.equal(differing, [], differing.join('\n'));
  });
}

test.run();
