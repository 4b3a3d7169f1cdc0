// Whatever a program does, its turn ends within the limits in an outcome that says why, its state is as before, and it and
// all others go on.

import { createSystem, type Limits } from 'heddle';
import { wasi } from 'heddle/wasi';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TestProcess } from '../wasm/process.ts';
import { assemble, countingText } from './guest.ts';

const limits: Partial<Limits> = {
  turnGas: 30_000_000,
  memoryBytes: 1_048_576,
  resultBytes: 10_000,
  fileBytes: 100_000,
  files: 50,
  openFiles: 20,
};

interface Act {
  readonly code: string;
  readonly more?: string;
  readonly fault: string | Readonly<Record<'command' | 'reactor', string>>;
}

/** Repeats `code` until it leaves a number that is not zero. */
const untilRefused = (code: string) => `(loop $again (br_if $again (i32.eqz ${code})))`;
const print = '(call $print (i32.const 1100) (i32.const 4))';

const acts: Readonly<Record<string, Act>> = {
  'loops for ever': { code: '(loop $again (br $again))', fault: 'guest-over-gas' },
  'calls itself for ever': {
    code: '(call $deeper)',
    more: '(func $deeper (call $deeper) (call $deeper))',
    fault: 'guest-trap',
  },
  traps: { code: '(unreachable)', fault: 'guest-trap' },
  'divides by zero': { code: '(drop (i32.div_u (i32.const 1) (i32.const 0)))', fault: 'guest-trap' },
  'reads outside its memory': { code: '(drop (i32.load (i32.const -4)))', fault: 'guest-trap' },
  'exits with an error': {
    code: '(call $proc_exit (i32.const 3))',
    fault: { command: 'wasi-exit', reactor: 'guest-exit' },
  },
  'exits before it prints': {
    code: '(call $proc_exit (i32.const 0))',
    fault: { command: 'result-malformed', reactor: 'guest-exit' },
  },
  'raises a signal': { code: '(drop (call $proc_raise (i32.const 6)))', fault: 'guest-trap' },
  'prints no JSON': { code: `${print} (return)`, fault: 'result-malformed' },
  'prints two outcomes': { code: '(call $print (i32.const 1024) (i32.const 15))', fault: 'result-malformed' },
  'prints for ever': { code: `(loop $again ${print} (br $again))`, fault: 'result-malformed' },
  'complains for ever': {
    code: '(i32.store (i32.const 0) (i32.const 1100)) (i32.store (i32.const 4) (i32.const 4)) (loop $again (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8))) (br $again))',
    fault: 'guest-over-gas',
  },
  'reads for ever': {
    code: '(loop $again (drop (call $fd_read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 24))) (br $again))',
    fault: 'guest-over-gas',
  },
  'takes all memory': {
    code: '(loop $again (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (unreachable)',
    fault: 'guest-trap',
  },
  'writes a file until there is no room': {
    code: `(drop (call $open (i32.const 97))) (i32.store (i32.const 0) (i32.const 0)) (i32.store (i32.const 4) (i32.const 65536))
      ${untilRefused('(call $fd_write (i32.load (i32.const 40)) (i32.const 0) (i32.const 1) (i32.const 8))')} (unreachable)`,
    fault: 'guest-trap',
  },
  'writes a file for ever': {
    code: '(drop (call $open (i32.const 97))) (i32.store (i32.const 0) (i32.const 0)) (i32.store (i32.const 4) (i32.const 65536)) (loop $again (drop (call $fd_write (i32.load (i32.const 40)) (i32.const 0) (i32.const 1) (i32.const 8))) (br $again))',
    fault: 'guest-over-gas',
  },
  'opens files until it may not': {
    code: `${untilRefused('(call $open (i32.const 97))')} (unreachable)`,
    fault: 'guest-trap',
  },
  'makes files until it may not': {
    code: `(local.set $i (i32.const 48)) (loop $again (if (i32.eqz (call $open (local.get $i))) (then
      (drop (call $fd_close (i32.load (i32.const 40)))) (local.set $i (i32.add (local.get $i) (i32.const 1))) (br $again))))
      (unreachable)`,
    fault: 'guest-trap',
  },
  'makes a huge file': {
    code: '(drop (call $open (i32.const 97))) (if (call $fd_filestat_set_size (i32.load (i32.const 40)) (i64.const 4000000000)) (then (unreachable)))',
    fault: 'guest-trap',
  },
  'wants random bytes for ever': {
    code: '(loop $again (drop (call $random_get (i32.const 0) (i32.const 4096))) (br $again))',
    fault: 'guest-over-gas',
  },
  'waits for ever': {
    code: '(i32.store8 (i32.const 2008) (i32.const 0)) (i64.store (i32.const 2024) (i64.const -1)) (loop $again (drop (call $poll_oneoff (i32.const 2000) (i32.const 3000) (i32.const 1) (i32.const 8))) (br $again))',
    fault: 'guest-over-gas',
  },
  'closes its output': {
    code: '(drop (call $fd_close (i32.const 1)))',
    fault: 'result-malformed',
  },
};

for (const [what, { code, more = '', fault }] of Object.entries(acts)) {
  for (const style of ['command', 'reactor'] as const) {
    test(`a ${style} that ${what}`, async () => {
      const process = await TestProcess.blank(wasi(assemble(countingText({ style, act: code, more }))), limits);
      assert.is((await process.send({})).output, '1');
      const before = await process.executor.state?.();
      const outcome = await process.send({ data: '~' });
      assert.is(outcome.fault, typeof fault === 'string' ? fault : fault[style], String(outcome.error));
      assert.ok(String(outcome.error).length < 1000);
      assert.equal(await process.executor.state?.(), before);
      assert.is((await process.send({})).output, style === 'command' ? '1' : '2');
    });
  }
}

test('a turn over its gas ends at the same instruction each time', async () => {
  const text = countingText({ style: 'command', act: '(loop $again (br $again))' });
  const used = new Set<bigint>();
  for (let run = 0; run < 3; run++) {
    const process = await TestProcess.blank(wasi(assemble(text)), limits);
    await process.send({});
    used.add((await process.send({ data: '~' })).gasUsed);
  }
  assert.is(used.size, 1);
});

test('a program whose instructions cannot be counted is held to the time limit', async () => {
  const text = countingText({ style: 'command', act: '(atomic.fence) (loop $again (br $again))' });
  const process = await TestProcess.blank(wasi(assemble(text)), { ...limits, turnMs: 200 });
  assert.is((await process.send({})).output, '1');
  const outcome = await process.send({ data: '~' });
  assert.equal([outcome.fault, outcome.gasUsed], ['guest-over-time', 0n]);
  assert.is((await process.send({})).output, '1');
});

test('a command that fills a table is told that it cannot grow', async () => {
  const grows = (entries: number) => `(table.grow $table (ref.null func) (i32.const ${entries}))`;
  const text = countingText({
    style: 'command',
    more: '(table $table 3 funcref)',
    act: `(if (i32.eq ${grows(1_000)} (i32.const -1)) (then (unreachable)))
      (if (i32.ne ${grows(1_000_000)} (i32.const -1)) (then (unreachable)))`,
  });
  const process = await TestProcess.blank(wasi(assemble(text)), limits);
  assert.is((await process.send({ data: '~' })).fault, undefined);
});

test('the tags Compute-Limit and Memory-Limit hold', async () => {
  const bytes = assemble(
    countingText({
      style: 'command',
      act: '(if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then (unreachable)))',
    }),
  );
  const frugal = await TestProcess.blank(wasi(bytes, { tags: { 'Compute-Limit': '2000' } }));
  assert.is((await frugal.send({})).fault, 'guest-over-gas');
  const small = await TestProcess.blank(wasi(bytes, { tags: { 'Memory-Limit': '131072' } }));
  assert.is((await small.send({})).output, '1');
  assert.is((await small.send({ data: '~' })).fault, 'guest-trap');
  const roomy = await TestProcess.blank(wasi(bytes, { tags: { 'Memory-Limit': '196608' } }));
  await roomy.send({});
  assert.is((await roomy.send({ data: '~' })).output, '1');
});

test('a process that would start with more memory than it may have fails at once, and says so', async () => {
  await using system = createSystem({ limits: { memoryBytes: 65_536 } });
  const restarts: string[] = [];
  system.trace.subscribe((event) => {
    if (event.type === 'lifecycle' && event.to === 'restarting') restarts.push(event.process);
  });
  const process = await system.spawn(wasi(assemble(countingText({ style: 'reactor' }))));
  await system.settle();
  assert.is(process.status.state, 'failed');
  assert.match(process.status.reason ?? '', /^The process has a memory of 131072 bytes and may have 65536\./);
  assert.is(restarts.length, 1);
});

test('what a program says of its errors is in the reason', async () => {
  const complain =
    '(i32.store (i32.const 0) (i32.const 1100)) (i32.store (i32.const 4) (i32.const 4)) (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))';
  const text = countingText({ style: 'command', act: `${complain} (call $proc_exit (i32.const 7))` });
  const process = await TestProcess.blank(wasi(assemble(text)));
  await process.send({});
  assert.match(String((await process.send({ data: '~' })).error), 'exited with 7; it said: name');
});

test('in a system, the others go on', async () => {
  await using system = createSystem({ limits });
  const loops = wasi(assemble(countingText({ style: 'reactor', act: '(loop $again (br $again))' })));
  const [hostile, neighbour] = [await system.spawn(loops), await system.spawn(loops)];
  const outputs = [];
  for (const [process, data] of [
    [hostile, '~'],
    [neighbour, ''],
    [hostile, '~'],
    [neighbour, ''],
    [hostile, ''],
  ] as const) {
    const { output, fault } = await (await process.send({ data })).outcome();
    outputs.push(fault ?? output);
  }
  assert.equal(outputs, ['guest-over-gas', '2', 'guest-over-gas', '3', '2']);
  assert.equal([hostile.status.state, neighbour.status.state], ['ready', 'ready']);
});

test.run();
