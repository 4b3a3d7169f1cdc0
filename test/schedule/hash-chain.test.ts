import { createHash } from 'node:crypto';
import { createSystem, random } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nextHashChain } from '../../lib/schedule/hash-chain.ts';
import { forwarder } from '../fixtures/system/behaviors.ts';

const zeros = 'A'.repeat(43);
const ones = Buffer.alloc(32, 1).toString('base64url');

const sha256 = (...ids: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const id of ids) hash.update(Buffer.from(id, 'base64url'));
  return hash.digest('base64url');
};

test('the first hash chain is the one AO computes of the process id', () => {
  assert.is(nextHashChain(zeros, undefined), 'Zmh6rfhivXdsj8GLjp-OIAiXFIVu4jOzkCpZHQ1fKSU');
});

test('the second is the one AO computes of the first assignment and its hash chain', () => {
  const last = { id: ones, hashChain: nextHashChain(zeros, undefined) };
  assert.is(nextHashChain(zeros, last), 'DTGKcZffCrLkldlr542yRI1RuSZJNY4PZiW62l3o8kE');
});

test('over a whole run the slots of each process have no gap and the chain holds', async () => {
  await using system = createSystem({ seed: 'chain', scheduler: random() });
  const processes = [await system.spawn(forwarder), await system.spawn(forwarder), await system.spawn(forwarder)];
  const path = [0, 1, 2, 0, 0, 1, 2, 1].map((at) => processes[at]?.id).join(' ');
  for (const process of processes) {
    for (let sent = 0; sent < 5; sent++) await process.send({ tags: { Path: path } });
  }
  await system.settle();
  for (const process of processes) {
    const schedule = await process.schedule();
    assert.equal(
      schedule.map(({ slot }) => slot),
      [...schedule.keys()],
    );
    let chain = '';
    for (const [slot, { id, hashChain }] of schedule.entries()) {
      const before = schedule[slot - 1];
      chain = before ? sha256(before.id, chain) : sha256(process.id);
      assert.is(hashChain, chain, `slot ${slot}, ${id}`);
    }
    assert.is(process.status.hashChain, chain);
    assert.is(process.status.slots, schedule.length);
  }
});

test('a hash chain is the same whenever it is looked at, and whatever was looked at before', async () => {
  const run = async (look: boolean) => {
    await using system = createSystem({ seed: 'chain', mailbox: { messages: 3 } });
    const seen: (string | undefined)[] = [];
    const trace: string[] = [];
    if (look) {
      system.trace.subscribe((event) => {
        if (event.type === 'assigned') trace[event.assignment.slot] = event.assignment.hashChain;
      });
    }
    const process = await system.spawn(forwarder);
    for (let sent = 0; sent < 12; sent++) {
      await process.send({ tags: { Path: process.id } });
      if (look) seen.push(process.status.hashChain);
    }
    await system.settle();
    const chains = (await process.schedule()).map(({ hashChain }) => hashChain);
    if (look) {
      assert.equal(trace, chains);
      for (const chain of seen) assert.ok(chain && chains.includes(chain));
    }
    return chains;
  };
  assert.equal(await run(true), await run(false));
});

test.run();
