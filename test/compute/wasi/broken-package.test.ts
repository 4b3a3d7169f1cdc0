// If a call of @wasmer/wasi does not return, nobody knows what its memory holds. It is made anew, and all go on.

import { wasi } from 'heddle/wasi';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { program } from '../../../examples/counter/programs.ts';
import { library } from '../../../lib/compute/wasi/library.ts';
import { TestProcess } from '../wasm/process.ts';
import { assemble, countingText } from './guest.ts';

test('after a call that broke, the package is made anew before the next turn, and no file is lost', async () => {
  const module = wasi(program('counter'));
  const [one, other] = [await TestProcess.blank(module), await TestProcess.blank(module)];
  for (const process of [one, other]) {
    await process.send({});
    assert.is((await process.send({ tags: { Action: 'Increment', By: '5' } })).output, '5');
  }
  assert.is(library.pending, undefined);
  const trap = () => {
    throw new WebAssembly.RuntimeError('unreachable');
  };
  assert.throws(() => library.call(trap), /guest-trap/);
  assert.is(library.wasLeftInside(), true);
  assert.instance(library.pending, Promise);
  const outcomes = await Promise.all([one, other].map((process) => process.send({ tags: { Action: 'Increment' } })));
  assert.equal(
    outcomes.map(({ output }) => output),
    ['6', '6'],
  );
  assert.is(library.pending, undefined);
  assert.is(library.wasLeftInside(), false);
});

test('a program whose stack overflows wherever it may be harms nobody', async () => {
  const more = `(func $deeper
    (drop (call $path_create_directory (i32.const 3) (i32.const 1100) (i32.const 4))) (call $deeper) (call $deeper))`;
  const module = wasi(assemble(countingText({ style: 'reactor', act: '(call $deeper)', more })));
  const [hostile, neighbour] = [await TestProcess.blank(module), await TestProcess.blank(wasi(program('counter')))];
  await hostile.send({});
  await neighbour.send({});
  for (let turn = 1; turn < 6; turn++) {
    const outcome = await hostile.send({ data: '~' });
    assert.equal([outcome.fault, outcome.gasUsed], ['guest-trap', 0n], String(outcome.error));
    assert.is((await neighbour.send({ tags: { Action: 'Increment' } })).output, `${turn}`);
    assert.is((await hostile.send({})).output, `${turn + 1}`);
  }
});

test('what the package refuses breaks nothing', () => {
  const refusal = () => {
    throw new Error('Error when opening the file');
  };
  assert.is(library.attempt(refusal), undefined);
  assert.is(library.wasLeftInside(), false);
});

test.run();
