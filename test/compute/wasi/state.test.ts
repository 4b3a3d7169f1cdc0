import { createSystem, type Outcome, type ProcessHandle } from 'heddle';
import { wasi } from 'heddle/wasi';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { program } from '../../../examples/counter/programs.ts';
import { TestProcess } from '../wasm/process.ts';
import { assemble, countingText } from './guest.ts';

const counting = (act = '', more = '') => wasi(assemble(countingText({ style: 'reactor', act, more })));

test('a reactor keeps its memory and its globals, and a command only its files', async () => {
  const reactor = await TestProcess.blank(counting());
  const command = await TestProcess.blank(wasi(assemble(countingText({ style: 'command' }))));
  for (const count of ['1', '2', '3']) {
    assert.is((await reactor.send({})).output, count);
    assert.is((await command.send({})).output, '1');
  }
  const counter = await TestProcess.blank(wasi(program('counter')));
  await counter.send({});
  for (const count of ['1', '2', '3']) {
    assert.is((await counter.send({ tags: { Action: 'Increment' } })).output, count);
  }
});

test('a reactor is initialized once, as a part of its first turn', async () => {
  const text = countingText({ style: 'reactor' }).replace(
    '(func $turn',
    '(func (export "_initialize") (global.set $count (i32.add (global.get $count) (i32.const 3)))) (func $turn',
  );
  const process = await TestProcess.blank(wasi(assemble(text)));
  assert.is((await process.send({})).output, '4');
  assert.is((await process.send({})).output, '5');
});

test('if the first turn fails, the next one is the first', async () => {
  const text = countingText({ style: 'reactor', act: '(unreachable)' }).replace(
    '(func $turn',
    '(func (export "_initialize") (global.set $count (i32.add (global.get $count) (i32.const 3)))) (func $turn',
  );
  const process = await TestProcess.blank(wasi(assemble(text)));
  assert.is((await process.send({ data: '~' })).fault, 'guest-trap');
  assert.is((await process.send({})).output, '4');
});

test('what a module has run when an instance is made is a part of its first turn', async () => {
  const start = '(func $boot (drop (call $random_get (i32.const 48) (i32.const 4))) (global.set $count (i32.const 4)))';
  const text = countingText({ style: 'reactor', more: `${start} (start $boot)` });
  const process = await TestProcess.blank(wasi(assemble(text)));
  assert.is((await process.send({})).output, '5');
  assert.is((await process.send({})).output, '6');
});

const failures: Readonly<Record<string, string>> = {
  'a trap': '(unreachable)',
  'an exit': '(call $proc_exit (i32.const 1))',
  'no outcome': '(call $print (i32.const 1100) (i32.const 4))',
  'an error': '(call $print (i32.const 1200) (i32.const 13)) (return)',
  'a trap after the memory grew':
    '(drop (memory.grow (i32.const 3))) (i32.store (i32.const 300000) (i32.const 7)) (unreachable)',
  'a trap deep inside': '(call $deep (i32.const 50))',
};

const deep = `(data (i32.const 1200) "{\\"Error\\":\\"no\\"}")
  (global $pointer (mut i64) (i64.const 5000)) (global $ratio (mut f64) (f64.const 0.1)) (global $half (mut f32) (f32.const 0.5))
  (func $deep (param $left i32)
    (global.set $pointer (i64.sub (global.get $pointer) (i64.const 16)))
    (global.set $ratio (f64.const nan)) (global.set $half (f32.const 3))
    (i64.store (i32.const 48) (global.get $pointer))
    (if (i32.eqz (local.get $left)) (then (unreachable)))
    (call $deep (i32.sub (local.get $left) (i32.const 1))))`;

for (const [what, act] of Object.entries(failures)) {
  test(`after ${what} a reactor's memory and globals are as before`, async () => {
    const process = await TestProcess.blank(counting(act, deep));
    await process.send({});
    await process.send({});
    const before = await process.executor.state?.();
    const outcome = await process.send({ data: '~' });
    assert.ok(outcome.error);
    assert.equal(outcome.messages, []);
    assert.equal(await process.executor.state?.(), before);
    assert.is((await process.send({})).output, '3');
  });
}

test('a command that fails after it wrote leaves its files as before', async () => {
  await using system = createSystem();
  const counter = await system.spawn(wasi(program('counter')));
  const count = async () => (await act(counter, { Action: 'Count' })).output;
  await act(counter, { Action: 'Increment', By: '7' });
  const { digest } = await counter.state();
  const refused = await act(counter, { Action: 'Increment', By: '2000' });
  assert.equal([refused.error, refused.fault], ['It counts to 1000', undefined]);
  assert.is((await counter.state()).digest, digest);
  assert.is(await count(), '7');
});

test('a dry run leaves no trace, in files or in memory', async () => {
  const counter = await TestProcess.blank(wasi(program('counter')));
  const reactor = await TestProcess.blank(counting());
  await counter.send({});
  await counter.send({ tags: { Action: 'Increment' } });
  await reactor.send({});
  const before = [await counter.executor.state?.(), await reactor.executor.state?.()];
  assert.is((await counter.dryRun({ tags: { Action: 'Increment', By: '10' } })).output, '11');
  assert.is((await reactor.dryRun({})).output, '2');
  assert.equal([await counter.executor.state?.(), await reactor.executor.state?.()], before);
  assert.is((await reactor.send({})).output, '2');
});

test('processes of one module share nothing', async () => {
  const module = counting();
  const [one, other] = [await TestProcess.blank(module), await TestProcess.blank(module)];
  for (let turn = 0; turn < 3; turn++) await one.send({});
  assert.is((await other.send({})).output, '1');
  await one.executor.close();
  const third = await TestProcess.blank(module);
  assert.is((await third.send({})).output, '1', 'an instance that was used before is as new');
});

test('a state says how large it is', async () => {
  const reactor = await TestProcess.blank(counting());
  assert.is(reactor.executor.residentBytes, 0);
  await reactor.send({});
  assert.is(reactor.executor.residentBytes, 131_072);
  const counter = await TestProcess.blank(wasi(program('counter')));
  await counter.send({});
  await counter.send({ tags: { Action: 'Increment', By: '100' } });
  assert.is(counter.executor.residentBytes, 3);
});

async function act(process: ProcessHandle, tags: Record<string, string>): Promise<Outcome> {
  return (await process.send({ tags })).outcome();
}

test.run();
