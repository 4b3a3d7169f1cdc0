// Nothing comes into a turn but its message: time, chance, arguments and input are the same wherever it runs.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { errno } from '../../../lib/compute/wasi/errno.ts';
import { wasi } from '../../../lib/compute/wasi/index.ts';
import { TestProcess } from '../wasm/process.ts';
import { assemble, countingText } from './guest.ts';
import { type FunctionName, functionNames, Hosted, openFlags, parametersOf } from './hosted.ts';

const readClock = (guest: Hosted, clock: number): bigint | number => {
  const failure = guest.call('clock_time_get', clock, 1n, 300);
  return failure === 0 ? guest.view.getBigUint64(300, true) : -failure;
};

test('the clock shows the timestamp and goes on by a nanosecond with each reading', async () => {
  const guest = await Hosted.start({ timestampMs: 1_735_689_600_123 });
  assert.is(readClock(guest, 0), 1_735_689_600_123_000_001n);
  assert.is(readClock(guest, 1), 1_735_689_600_123_000_002n);
  assert.is(readClock(guest, 2), 3n, 'what the processor spent is measured from the start of the turn');
  assert.is(readClock(guest, 3), 4n);
  assert.is(readClock(guest, 4), -errno.invalid);
  assert.is(guest.call('clock_res_get', 0, 300), 0);
  assert.is(guest.view.getBigUint64(300, true), 1n);
});

test('to wait takes no time, and the clock shows that it was waited', async () => {
  for (const [namespace, size, clockAt, timeoutAt, flagsAt] of [
    ['wasi_snapshot_preview1', 48, 16, 24, 40],
    ['wasi_unstable', 56, 24, 32, 48],
  ] as const) {
    const guest = await Hosted.start({ timestampMs: 1000 }, namespace);
    const wish = (index: number, data: bigint, timeout: bigint, moment: boolean) => {
      const at = 1000 + index * size;
      guest.view.setBigUint64(at, data, true);
      guest.view.setUint8(at + 8, 0);
      guest.view.setUint32(at + clockAt, 1, true);
      guest.view.setBigUint64(at + timeoutAt, timeout, true);
      guest.view.setUint16(at + flagsAt, moment ? 1 : 0, true);
    };
    wish(0, 77n, 9_000_000_000n, false);
    wish(1, 78n, 6_000_000_000n, true);
    assert.is(guest.call('poll_oneoff', 1000, 2000, 2, 300), 0);
    assert.is(guest.view.getUint32(300, true), 1);
    assert.is(guest.view.getBigUint64(2000, true), 78n);
    const now = readClock(guest, 0);
    assert.ok(now >= 6_000_000_000n && now < 6_000_000_010n, String(now));
    wish(0, 79n, 2n ** 64n - 1n, false);
    assert.is(guest.call('poll_oneoff', 1000, 2000, 1, 300), 0, 'for ever is an end too');
    assert.is(guest.call('poll_oneoff', 1000, 2000, 0, 300), errno.invalid);
  }
});

test('input that is waited for is there', async () => {
  const guest = await Hosted.start({ input: new TextEncoder().encode('line') });
  guest.view.setUint8(1008, 1);
  assert.is(guest.call('poll_oneoff', 1000, 2000, 1, 300), 0);
  assert.is(guest.view.getUint8(2010), 1);
  assert.is(guest.view.getBigUint64(2016, true), 4n);
  assert.is(guest.read(0), 'line');
  assert.is(guest.read(0), '');
});

test('random bytes follow from process and slot', async () => {
  const draw = async (seed: string) => {
    const guest = await Hosted.start({ seed });
    assert.is(guest.call('random_get', 1000, 16), 0);
    return [...guest.bytes(1000, 16)].join();
  };
  assert.is(await draw('process 1'), await draw('process 1'));
  assert.is.not(await draw('process 1'), await draw('process 2'));
  const text = countingText({
    style: 'command',
    act: '(drop (call $random_get (i32.const 1035) (i32.const 1))) (i32.store8 (i32.const 1035) (i32.add (i32.const 48) (i32.and (i32.load8_u (i32.const 1035)) (i32.const 63)))) (call $print (i32.const 1024) (i32.const 15)) (return)',
  });
  const module = wasi(assemble(text.replace('(i32.const 63)', '(i32.const 7)')));
  const drawn = async () => {
    const process = await TestProcess.blank(module);
    const outputs = [];
    for (let slot = 0; slot < 12; slot++) outputs.push((await process.send({ data: '~' })).output);
    return outputs;
  };
  const outputs = await drawn();
  assert.equal(await drawn(), outputs);
  assert.ok(new Set(outputs).size > 1, outputs.join());
});

test('the environment is empty, the arguments are a name, and there is no network', async () => {
  const guest = await Hosted.start();
  assert.is(guest.call('environ_sizes_get', 300, 304), 0);
  assert.equal([guest.view.getUint32(300, true), guest.view.getUint32(304, true)], [0, 0]);
  assert.is(guest.call('environ_get', 300, 400), 0);
  assert.is(guest.call('args_sizes_get', 300, 304), 0);
  assert.equal([guest.view.getUint32(300, true), guest.view.getUint32(304, true)], [1, 8]);
  assert.is(guest.call('args_get', 300, 400), 0);
  assert.is(guest.text(guest.view.getUint32(300, true), 8), 'process\0');
  for (const name of ['sock_accept', 'sock_recv', 'sock_send', 'sock_shutdown'] as const) {
    assert.is(callWith(guest, name, 0), errno.notSupported, name);
  }
});

test('the root is open from the start, and looks like two terminals and two folders', async () => {
  const guest = await Hosted.start();
  const kinds = [0, 1, 2, 3, 4].map((number) => {
    assert.is(guest.call('fd_fdstat_get', number, 300), 0);
    return guest.view.getUint8(300);
  });
  assert.equal(kinds, [2, 2, 2, 3, 3]);
  const preopened = [3, 4].map((number) => {
    assert.is(guest.call('fd_prestat_get', number, 300), 0);
    assert.is(guest.call('fd_prestat_dir_name', number, 310, guest.view.getUint32(304, true)), 0);
    return guest.text(310, guest.view.getUint32(304, true));
  });
  assert.equal(preopened, ['/', '.']);
  assert.is(guest.call('fd_prestat_get', 5, 300), errno.badFile);
  assert.is(guest.call('fd_prestat_get', 0, 300), errno.badFile);
});

const callWith = (guest: Hosted, name: FunctionName, value: number) =>
  guest.call(name, ...[...parametersOf(name)].map((kind) => (kind === 'j' ? BigInt(value) : value)));

for (const value of [-1, 0x7fff_ffff, 131_070, 5, 3, 1]) {
  test(`every function takes ${value} for any of its arguments and harms nobody`, async () => {
    const guest = await Hosted.start({ gas: 1e12 });
    assert.is(guest.open('a', openFlags.create), 5);
    assert.is(guest.write(5, 'text'), 4);
    for (const name of functionNames) {
      const failure = callWith(guest, name, value);
      assert.ok(failure >= 0 && failure <= 76, `${name}: ${failure}`);
    }
    const file = guest.open('b', openFlags.create);
    assert.ok(file > 0 || value === 5 || value === 3, String(file));
    guest.end();
  });
}

test('any function takes any mixture of arguments', async () => {
  const values = [0, 1, 2, 3, 4, 5, 8, 1000, 65_536, 131_060, -1, 0x7fff_ffff];
  let next = 1;
  const pick = () => {
    next = (Math.imul(next, 1_103_515_245) + 12_345) >>> 0;
    return values[(next >>> 16) % values.length] ?? 0;
  };
  for (let turn = 0; turn < 40; turn++) {
    const guest = await Hosted.start({ gas: 1e12, limits: { fileBytes: 1_000_000 } });
    guest.put(1000, 'a');
    guest.write(guest.open('a', openFlags.create), 'text');
    for (let call = 0; call < 100; call++) {
      const name = functionNames[pick() % functionNames.length] ?? 'sched_yield';
      const failure = guest.call(
        name,
        ...[...parametersOf(name)].map((kind) => (kind === 'j' ? BigInt(pick()) : pick())),
      );
      assert.ok(failure >= 0 && failure <= 76, `${name}: ${failure}`);
    }
    guest.end();
  }
});

test.run();
