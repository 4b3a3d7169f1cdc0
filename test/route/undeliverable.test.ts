import { createSystem, type Json, type OutboxMessage } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { heardBy, listener } from '../fixtures/system/behaviors.ts';
import { outcomeWith, scripted } from '../fixtures/system/modules.ts';

const anchor = '7'.padStart(32, '0');

/** What becomes of an entry that stands between two good ones. */
async function fateOf(write: (target: string) => OutboxMessage) {
  const system = createSystem();
  const target = await system.spawn(listener);
  const good = (data: string): OutboxMessage => ({ target: target.id, anchor, tags: [], data });
  const module = scripted(`${'U'.repeat(42)}A`, ({ slot }) =>
    outcomeWith(slot === 1 ? { messages: [good('before'), write(target.id), good('after')] } : {}),
  );
  const sender = await system.spawn(module);
  const receipt = await sender.send();
  await system.settle();
  assert.equal(await heardBy(target), ['before', 'after'], 'the others are delivered');
  const mails = await system.outbound();
  assert.is(mails.length, 1);
  const [mail] = mails;
  assert.equal(mail?.cause, { process: sender.id, slot: receipt.slot });
  assert.equal(mail?.entry, write(target.id));
  assert.is(mail?.message, undefined);
  return mail;
}

const incomplete: Readonly<Record<string, (target: string) => OutboxMessage>> = {
  'no target': () => ({ anchor, tags: [], data: 'x' }),
  'an empty target': () => ({ target: '', anchor, tags: [] }),
  'a target that is null': () => ({ target: null, anchor, tags: [] }),
  'a target that is a number': () => ({ target: 5, anchor, tags: [] }),
  'no anchor': (target) => ({ target, tags: [], data: 'x' }),
  'no tags': (target) => ({ target, anchor, data: 'x' }),
  'a list as a tag value': (target) => ({ target, anchor, tags: [{ name: 'A', value: ['x'] }] }),
  'an object as a tag value': (target) => ({ target, anchor, tags: [{ name: 'A', value: { b: 1 } }] }),
  'null as a tag value': (target) => ({ target, anchor, tags: [{ name: 'A', value: null }] }),
  'an object as data': (target) => ({ target, anchor, tags: [], data: { x: 1 } }),
  'an object as anchor': (target) => ({ target, anchor: {}, tags: [] }),
};

for (const [what, write] of Object.entries(incomplete)) {
  test(`an entry with ${what} is mail that says it is incomplete`, async () => {
    const mail = await fateOf(write);
    assert.is(mail?.reason, 'outbox-incomplete');
    assert.is(mail?.kind, 'message');
    assert.ok((mail?.detail ?? '').length > 20);
  });
}

test('tags over the limit are not delivered', async () => {
  const tags = [{ name: 'Long', value: 'x'.repeat(5_000) }];
  assert.is((await fateOf((target) => ({ target, anchor, tags })))?.reason, 'tags-over-limit');
});

test('an anchor of another length than 32 bytes is not delivered', async () => {
  assert.is((await fateOf((target) => ({ target, anchor: 'short', tags: [] })))?.reason, 'anchor-invalid');
});

test('a tag without a name is not delivered', async () => {
  const tags = [{ name: '' as Json, value: 'x' }];
  assert.is((await fateOf((target) => ({ target, anchor, tags })))?.reason, 'tags-invalid');
});

test('data over the limit is not delivered', async () => {
  const mail = await fateOf((target) => ({ target, anchor, tags: [], data: 'x'.repeat(10_485_761) }));
  assert.is(mail?.reason, 'data-over-limit');
});

test('the outbox of an error is discarded, though it stands in the outcome', async () => {
  const system = createSystem();
  const target = await system.spawn(listener);
  const messages = [{ target: target.id, anchor, tags: [], data: 'x' }];
  const module = scripted('E'.repeat(43), () => outcomeWith({ messages, error: 'it went wrong' }));
  const sender = await system.spawn(module);
  assert.is((await sender.outcome(0)).messages.length, 1);
  await system.settle();
  assert.equal(await heardBy(target), []);
  assert.equal(await system.outbound(), []);
});

test.run();
