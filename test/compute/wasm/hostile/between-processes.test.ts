// Processes of one module use the same instances one after another, and none finds what another left.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TestProcess } from '../process.ts';
import { badData, type Code, digitAt, guestText, places, type Writer } from './guest-text.ts';
import { type HostName, hosts, tight } from './hosts.ts';

/** Prints what `look` finds, a number below ten, and then leaves a 7 there. */
const lookAndLeave = (look: (write: Writer) => Code, leave: (write: Writer) => Code) => (write: Writer) => [
  ...write.store8(write.p(digitAt), [...look(write), ...write.i('0'.charCodeAt(0)), 0x6a]),
  ...leave(write),
];

const inMemory = (at: number) => ({
  bad: lookAndLeave(
    (write) => write.load8(write.p(at)),
    (write) => write.store8(write.p(at), write.i(7)),
  ),
});

/** Opens the file, or makes it, for everybody to read. */
const openKept = (write: Writer, flags: number) => [
  ...write.store32(write.p(places.scratch), write.i(0o666)),
  ...write.call('__syscall_openat', write.i(-100), write.p(places.text), write.i(flags), write.p(places.scratch)),
];

const left = {
  'below the stack': { ...inMemory(places.counter), isState: true },
  'in the heap': { ...inMemory(places.heap - 1), isState: true },
  'in a file': {
    imports: ['env.__syscall_openat'],
    text: '/tmp/kept',
    bad: lookAndLeave(
      (write) => [...openKept(write, 0), ...write.i(0), 0x4a],
      (write) => write.drop(openKept(write, 0o101)),
    ),
    isState: true,
  },
  'on the stack': { ...inMemory(places.stackBase - 4096), isState: false },
  'in the half of a number that has no room': {
    imports: ['env.getTempRet0', 'env.setTempRet0'],
    bad: lookAndLeave(
      (write) => write.call('getTempRet0'),
      (write) => write.call('setTempRet0', write.i(7)),
    ),
    isState: false,
  },
} as const;

for (const host of Object.keys(hosts) as HostName[]) {
  for (const [where, { isState, ...text }] of Object.entries(left)) {
    for (const wide of [false, true]) {
      test(`${host}, ${wide ? 64 : 32} bits: ${where}`, async () => {
        const module = await hosts[host](guestText({ ...text, wide }));
        const look = async (process: TestProcess) => (await process.send({ data: badData })).output;
        const first = await TestProcess.blank(module, tight);
        const neighbour = await TestProcess.blank(module, tight);
        assert.is(await look(first), '0');
        assert.is(await look(neighbour), '0', 'a neighbour');
        const again = await look(first);
        assert.is(again !== '0', isState, 'its own next message');
        await first.executor.close();
        assert.is(await look(await TestProcess.blank(module, tight)), '0', 'a process in the same instance');
        const restored = await TestProcess.restored(module, await neighbour.executor.checkpoint());
        assert.is(await look(restored), await look(neighbour), 'a process that goes on elsewhere');
      });
    }
  }
}

// A module that lies about its heap, or keeps bytes where its stack is dead, keeps them from other processes all the same.
const hidden = { 'above the heap': places.heap + 1000, 'deep in the stack': places.stackEnd + 64 };

for (const [where, at] of Object.entries(hidden)) {
  test(`${where}, nothing is left for the next process`, async () => {
    const module = await hosts['as published'](guestText({ ...inMemory(at), wide: false }));
    const look = async (process: TestProcess) => (await process.send({ data: badData })).output;
    const first = await TestProcess.blank(module, tight);
    assert.is(await look(first), '0');
    await first.executor.close();
    assert.is(await look(await TestProcess.blank(module, tight)), '0');
  });
}

test.run();
