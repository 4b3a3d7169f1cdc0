import { createSystem, replay } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { echo, forwarder, heardBy, listener, reasons } from '../fixtures/system/behaviors.ts';
import { outcomeWith, scripted, wrapped } from '../fixtures/system/modules.ts';
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

test('what waited for room becomes outbound mail that says so', async () => {
  const system = createSystem({ mailbox: { messages: 1 } });
  const target = await system.spawn(listener);
  const sender = await system.spawn(forwarder);
  await system.settle();
  await sender.send({ data: '1', tags: { Path: target.id } });
  await system.run({ turns: 1 });
  const waits = refusal(() => target.send({ data: '2' }));
  await target.stop('enough');
  assert.is((await waits).code, 'process-stopped');
  assert.equal([target.status.mail, target.status.waiting], [1, 0]);
  const mails = await system.outbound();
  assert.equal(
    mails.map(({ reason, kind, message, cause }) => [reason, kind, message?.data, cause]),
    [['process-stopped', 'message', '2', undefined]],
  );
  assert.is((await replay(await system.record(), { modules: [listener, forwarder] })).digest, system.trace.digest);
});

test('mail of other processes that waited is told with the turn that sent it', async () => {
  const system = createSystem({ mailbox: { messages: 2 } });
  const target = await system.spawn(listener);
  const anchor = '7'.padStart(32, '0');
  const messages = ['1', '2', '3', '4'].map((data) => ({ target: target.id, anchor, tags: [], data }));
  const module = scripted('A'.repeat(43), ({ slot }) => outcomeWith(slot === 1 ? { messages } : {}));
  const sender = await system.spawn(module);
  await system.settle();
  await sender.send();
  await system.run({ turns: 1 });
  assert.equal([target.status.mail, target.status.waiting], [2, 2]);
  await target.stop();
  const cause = { process: sender.id, slot: 1 };
  assert.equal(
    (await system.outbound()).map((mail) => [mail.reason, mail.message?.data, mail.cause]),
    [
      ['process-stopped', '3', cause],
      ['process-stopped', '4', cause],
    ],
  );
});

test.run();
