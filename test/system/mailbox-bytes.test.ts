import { createSystem, replay } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { forwarder, heardBy, listener, reasons } from '../fixtures/system/behaviors.ts';
import { cutEverywhere } from '../fixtures/system/cuts.ts';
import { refusal } from '../fixtures/system/refusal.ts';

const kilo = 'x'.repeat(1_000);

test('a mailbox that holds as many bytes as it may refuses more', async () => {
  const system = createSystem({ mailbox: { bytes: 2_500, overflow: 'reject' } });
  const process = await system.spawn(listener);
  await system.settle();
  await process.send({ data: kilo });
  await process.send({ data: kilo });
  assert.is((await refusal(() => process.send({ data: kilo }))).code, 'mailbox-full');
  await process.send({ data: 'x'.repeat(500) });
  await system.settle();
  await process.send({ data: kilo });
  await system.settle();
  assert.is(((await heardBy(process)) as string[]).length, 4);
});

test('bytes are those of UTF-8, and tags count', async () => {
  const system = createSystem({ mailbox: { bytes: 300, overflow: 'reject' } });
  const process = await system.spawn(listener);
  await system.settle();
  await process.send({ data: 'ü'.repeat(100) });
  assert.is((await refusal(() => process.send({ tags: { Name: 'x'.repeat(100) } }))).code, 'mailbox-full');
  await process.send({ data: 'x'.repeat(100) });
});

test('a message that is larger than the mailbox gets into an empty one', async () => {
  const system = createSystem({ mailbox: { bytes: 10, overflow: 'reject' } });
  const process = await system.spawn(listener);
  await system.settle();
  await process.send({ data: kilo });
  assert.is((await refusal(() => process.send({ data: 'xxx' }))).code, 'mailbox-full');
  await system.settle();
  assert.equal(await heardBy(process), [kilo]);
});

test('what waits for bytes gets its slot in order, small messages behind large ones', async () => {
  const system = createSystem({ mailbox: { bytes: 1_500 } });
  const sender = await system.spawn(forwarder);
  const target = await system.spawn(listener);
  await system.settle();
  const sizes = [900, 700, 1, 2, 1_400, 3, 2_000, 4];
  for (const size of sizes) await sender.send({ data: 'x'.repeat(size), tags: { Path: target.id } });
  await system.settle();
  assert.equal(
    ((await heardBy(target)) as string[]).map(({ length }) => length),
    sizes,
  );
});

test('a rate refuses what comes too soon, and forgets in time', async () => {
  const system = createSystem({ mailbox: { overflow: 'reject', rate: { messages: 3, perMs: 1_000 } } });
  const process = await system.spawn(listener);
  // Its item was the first.
  await process.send({ data: '1' });
  await process.send({ data: '2' });
  assert.is((await refusal(() => process.send({ data: 'too soon' }))).code, 'rate-over-limit');
  await system.advance(333);
  assert.is((await refusal(() => process.send({ data: 'still too soon' }))).code, 'rate-over-limit');
  await system.advance(1);
  await process.send({ data: '3' });
  await system.advance(10_000);
  for (const data of ['4', '5', '6']) await process.send({ data });
  assert.is((await refusal(() => process.send({ data: 'too soon' }))).code, 'rate-over-limit');
  await system.settle();
  assert.equal(await heardBy(process), ['1', '2', '3', '4', '5', '6']);
});

test('a rate refuses what processes send too, which comes back as mail that says so', async () => {
  const system = createSystem({ mailbox: { overflow: 'reject', rate: { messages: 2, perMs: 1_000 } } });
  const target = await system.spawn(listener);
  const senders = [];
  for (let count = 0; count < 3; count++) senders.push(await system.spawn(forwarder));
  for (const sender of senders) await sender.send({ data: 'hello', tags: { Path: target.id } });
  await system.settle();
  assert.equal(reasons(await system.outbound()), ['rate-over-limit', 'rate-over-limit']);
});

test('what comes too soon waits and gets its slot when it is time', async () => {
  const system = createSystem({ mailbox: { rate: { messages: 1, perMs: 1_000 } } });
  const startMs = system.now.timestampMs;
  const process = await system.spawn(listener);
  const receipts = [];
  for (const data of ['1', '2', '3']) receipts.push(await process.send({ data }));
  await system.settle();
  const schedule = await process.schedule();
  assert.equal(
    schedule.map(({ timestampMs }) => timestampMs - startMs),
    [0, 1_000, 2_000, 3_000],
  );
  assert.equal(await heardBy(process), ['1', '2', '3']);
});

test('what waits goes on after an end of the run, to the same digest, and in a replay', async () => {
  const cuts = await cutEverywhere([forwarder, listener], sendMany, 'cuts', {
    rate: { messages: 2, perMs: 700 },
    bytes: 900,
  });
  assert.ok(cuts > 10, `${cuts} cuts`);
  const system = createSystem({ mailbox: { rate: { messages: 2, perMs: 700 }, bytes: 900 } });
  await sendMany(system);
  await system.settle();
  assert.equal((await system.outbound()).length, 0);
  const { digest } = await replay(await system.record(), { modules: [forwarder, listener] });
  assert.is(digest, system.trace.digest);
});

async function sendMany(system: ReturnType<typeof createSystem>): Promise<void> {
  const target = await system.spawn(listener);
  const others = [];
  for (let count = 0; count < 5; count++) others.push(await system.spawn(forwarder));
  const path = others.map(({ id }) => id).join(' ');
  for (const [at, other] of others.entries()) {
    await other.send({ data: 'x'.repeat(at * 150), tags: { Path: `${target.id}` } });
  }
  await others[0]?.send({ data: 'round', tags: { Path: `${path} ${target.id}` } });
}

test('options of a mailbox that make no sense are refused', async () => {
  for (const mailbox of [
    { bytes: 0 },
    { bytes: 2 ** 40 },
    { rate: { messages: 0, perMs: 1 } },
    { rate: { messages: 1, perMs: 0.5 } },
  ]) {
    assert.is((await refusal(() => createSystem({ mailbox }))).code, 'option-invalid');
  }
});

test.run();
