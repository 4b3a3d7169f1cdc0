// The same messages give the same outcomes as AO's own loader, message by message, in every former aos, prepared or not.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ModuleName } from '../../modules/index.ts';
import { comparePublished } from './against-loader.ts';
import { conversation } from './conversation.ts';
import { language } from './language.ts';

const messages = [...conversation, ...language];

for (const name of ['aos2_0_3', 'aos2_0_1', 'aos'] satisfies ModuleName[]) {
  test(`${name}: ${messages.length} messages`, async () => {
    const { differing } = await comparePublished(name, messages);
    assert.equal(differing, [], differing.join('\n'));
  });
}

test.run();
