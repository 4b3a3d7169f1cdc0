// Whatever a guest does, its turn ends within the limits in an outcome with an error, its state is as before, and it and
// all others go on.

import { createSystem } from 'heddle';
import { type Context, suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Act, hostActs, memoryActs, resultActs, selfActs } from './acts.ts';
import { badData, guestText } from './guest-text.ts';
import { type HostName, hosts, startOn, tight } from './hosts.ts';

const longestReason = 1000;

async function perform({ faults = ['guest-trap'], ...act }: Act, wide: boolean, host: HostName): Promise<void> {
  // What has an end may take its time.
  const turnMs = faults.includes('guest-over-time') ? tight.turnMs : 60_000;
  const process = await startOn(host, guestText({ ...act, wide }), { ...tight, turnMs });
  assert.is((await process.send({})).output, '1');
  const before = await process.executor.state?.();
  const { fault, error } = await process.send({ data: badData });
  assert.ok(faults.includes(fault), `${fault}: ${String(error).slice(0, longestReason)}`);
  if (fault) {
    assert.ok(String(error).length < longestReason, 'the reason is short');
    assert.equal(await process.executor.state?.(), before);
  }
  assert.is((await process.send({})).output, fault ? '2' : '3', 'the next message is answered');
  await process.executor.close();
}

const hostNames = Object.keys(hosts) as HostName[]; // Object.keys widens the names
const groups = {
  memory: memoryActs,
  results: resultActs,
  'calls of the host': hostActs,
  'calls of the guest': selfActs,
};
const suites: Test<Context>[] = [];
for (const [group, acts] of Object.entries(groups)) {
  for (const host of hostNames) {
    const test = suite(`${group}, ${host}`);
    suites.push(test);
    for (const [what, act] of Object.entries<Act>(acts)) {
      for (const wide of [false, true]) {
        test(`${wide ? 64 : 32} bits: ${what}`, () => perform(act, wide, host));
      }
    }
  }
}

const neighbours = suite('in a system');
suites.push(neighbours);
for (const host of hostNames) {
  for (const what of ['lists in lists, 100,000 deep', 'an error 100,000 deep', 'a million messages']) {
    neighbours(`${host}: ${what}`, async () => {
      const module = await hosts[host](guestText({ ...(resultActs[what] ?? {}), wide: false }));
      await using system = createSystem({ limits: tight });
      const hostile = await system.spawn(module, { name: 'hostile' });
      const neighbour = await system.spawn(module, { name: 'neighbour' });
      const { digest } = await hostile.state();
      for (const process of [hostile, neighbour, hostile]) {
        const outcome = await (await process.send({ data: badData })).outcome();
        assert.is(outcome.fault, 'result-malformed');
      }
      assert.is((await hostile.state()).digest, digest);
      for (const process of [neighbour, hostile]) {
        assert.is((await (await process.send({ data: 'good' })).outcome()).output, '2');
        assert.is(process.status.state, 'ready');
      }
    });
  }
}

for (const test of suites) test.run();
