import { createSystem, replay } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adder, forwarder, heardBy, listener } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';

test('it answers from the state after all assigned mail', async () => {
  const system = createSystem();
  const process = await system.spawn(adder);
  await process.send({ data: '40' });
  const outcome = await process.dryRun({ data: '2' });
  assert.is(outcome.messages[0]?.data, '42');
});

test('it leaves no trace: no slot, no state, no mail, no event, the same digest', async () => {
  const system = createSystem();
  const target = await system.spawn(listener);
  const process = await system.spawn(forwarder);
  await system.settle();
  const { digest } = system.trace;
  const events: unknown[] = [];
  system.trace.subscribe((event) => events.push(event));
  const outcome = await process.dryRun({ data: 'never sent', tags: { Path: target.id } });
  assert.is(outcome.messages.length, 1);
  await process.dryRun({ data: 'not either', tags: { Path: 'a wallet' } });
  assert.equal(await system.settle(), { turns: 0, idle: true });
  assert.equal(events, []);
  assert.is(system.trace.digest, digest);
  assert.is(process.status.slots, 1);
  assert.equal(await heardBy(target), []);
  assert.equal(await system.outbound(), []);
  assert.is((await replay(await system.record(), { modules: [listener, forwarder] })).digest, digest);
});

test('the state it changes is a copy', async () => {
  const system = createSystem();
  const process = await system.spawn(adder);
  await process.dryRun({ data: '5' });
  assert.is((await process.dryRun({ data: '2' })).messages[0]?.data, '2');
  assert.is((await process.ask({ data: '1' })).data, '1');
});

test('an error is an outcome here too', async () => {
  const system = createSystem();
  const process = await system.spawn(adder);
  assert.is((await process.dryRun({ data: 'fail' })).error, 'asked to fail');
});

test('its message is held to the same rules', async () => {
  const system = createSystem();
  const process = await system.spawn(adder);
  assert.is((await refusal(() => process.dryRun({ tags: { 'From-Process': 'x' } }))).code, 'sender-forged');
  assert.is((await refusal(() => process.dryRun({ anchor: 'short' }))).code, 'anchor-invalid');
});

test('a stopped process answers no more', async () => {
  const system = createSystem();
  const process = await system.spawn(adder);
  await process.stop();
  assert.is((await refusal(() => process.dryRun())).code, 'process-stopped');
});

test.run();
