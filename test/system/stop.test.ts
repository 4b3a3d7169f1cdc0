import { createSystem } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { echo, forwarder, heardBy, listener, reasons } from '../fixtures/system/behaviors.ts';
import { wrapped } from '../fixtures/system/modules.ts';
import { refusal } from '../fixtures/system/refusal.ts';

test('a stopped process takes no mail and runs no turns; what it has stays unevaluated', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  const receipt = await process.send({ data: '1' });
  await process.stop('enough');
  assert.equal(await system.settle(), { turns: 0, idle: true });
  assert.equal([process.status.state, process.status.reason, process.status.mail], ['stopped', 'enough', 2]);
  for (const work of [() => process.send(), () => process.ask(), () => receipt.outcome(), () => process.stop()]) {
    assert.is((await refusal(work)).code, 'process-stopped', String(work));
  }
  assert.is((await process.schedule()).length, 2);
});

test('mail from other processes is outbound mail that says so', async () => {
  const system = createSystem();
  const target = await system.spawn(listener);
  const sender = await system.spawn(forwarder);
  await target.stop();
  await sender.send({ tags: { Path: target.id } });
  await system.settle();
  assert.equal(reasons(await system.outbound()), ['process-stopped']);
});

test('its executor is closed, once, and the others go on', async () => {
  const closed: string[] = [];
  const system = createSystem();
  const process = await system.spawn(wrapped(echo, { onClose: (id) => closed.push(id) }));
  const other = await system.spawn(listener);
  await system.settle();
  await process.stop();
  assert.equal(closed, [process.id]);
  await other.send({ data: 'on' });
  assert.equal(await heardBy(other), ['on']);
  await system.close();
  assert.equal(closed, [process.id]);
});

test('the decision is part of the run', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  const { digest } = system.trace;
  await process.stop();
  assert.is.not(system.trace.digest, digest);
});

test.run();
