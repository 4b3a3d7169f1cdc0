import { createSystem, verifyPage } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aos, evaluate } from '../aos/aos.ts';
import { echo, listener } from '../fixtures/system/behaviors.ts';

test('an aos process says how large its state is and what identifies it', async () => {
  await using system = createSystem();
  const process = await system.spawn(aos);
  await evaluate(process, 'Count = 1');
  const before = await process.state();
  assert.is(before.slot, 1);
  assert.ok(before.liveBytes > 1_000_000 && before.liveBytes < before.memoryBytes / 10);
  await process.dryRun({ tags: { Action: 'Eval' }, data: 'Count = 2' });
  assert.is((await process.state()).digest, before.digest, 'a dry run changes nothing');
  await evaluate(process, 'Count = 2');
  assert.is.not((await process.state()).digest, before.digest);
});

test('a page has a proof against the digest', async () => {
  await using system = createSystem();
  const process = await system.spawn(aos);
  const { digest, memoryBytes } = await process.state();
  const last = memoryBytes / 4096 - 1;
  const proof = await process.proof(last);
  assert.is(proof.siblings.length, Math.ceil(Math.log2(memoryBytes / 4096)));
  assert.ok(verifyPage(digest, proof, new Uint8Array(4096)), 'the last page is untouched');
});

test("a behavior's state has a digest and no pages", async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  const before = await process.state();
  await process.send({ data: 'heard' });
  const after = await process.state();
  assert.is(after.slot, 1);
  assert.ok(after.liveBytes > before.liveBytes);
  assert.is.not(after.digest, before.digest);
  assert.equal(after.gasUsed, [0n, 0n]);
  try {
    await process.proof(0);
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), 'option-invalid');
  }
});

test('the gas report counts turns and errors by action', async () => {
  const system = createSystem();
  const process = await system.spawn(echo);
  for (const action of ['Say', 'Say', 'Ask']) await process.send({ tags: { Action: action } });
  await system.settle();
  const report = new Map((await system.gasReport()).map(({ action, turns, errors }) => [action, { turns, errors }]));
  assert.equal(
    report,
    new Map([
      ['Process', { turns: 1, errors: 0 }],
      ['Say', { turns: 2, errors: 0 }],
      ['Ask', { turns: 1, errors: 0 }],
    ]),
  );
});

test.run();
