// The same messages give the same outcomes as AO's own loader, message by message, in the current aos, prepared or not.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ModuleName } from '../../modules/index.ts';
import { comparePublished } from './against-loader.ts';
import { conversation } from './conversation.ts';
import { language } from './language.ts';

const messages = [...conversation, ...language];

for (const name of ['aos2_0_6', 'aos2_0_4_32'] satisfies ModuleName[]) {
  test(`${name}: ${messages.length} messages`, async () => {
    const { differing } = await comparePublished(name, messages);
    assert.equal(differing, [], differing.join('\n'));
  });
}

test('process, which answers pings and is no aos: it counts its messages and sends all replies so far', async () => {
  const steps = [{}, { data: 'ping' }, { data: 'hello' }, { data: 'ž'.repeat(5000) }, { data: 'ping' }];
  const { differing, ours } = await comparePublished('process', steps);
  assert.equal(differing, [], differing.join('\n'));
  assert.equal(
    ours.map(({ messages }) => messages.length),
    [1, 2, 3, 4, 5],
  );
  assert.match(String(ours[1]?.output), 'yes');
});

test.run();
