// What is kept for the next process is small, and what a process holds is counted, so that a budget of bytes is one.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Boots } from '../../../lib/compute/wasm/boots.ts';
import type { Image } from '../../../lib/compute/wasm/image.ts';
import { wasm } from '../../../lib/compute/wasm/index.ts';
import { Instances } from '../../../lib/compute/wasm/instances.ts';
import { readProgram } from '../../../lib/compute/wasm/program.ts';
import { defaultLimits } from '../../../lib/core/limits.ts';
import { emptyOutcome } from '../../../lib/core/outcome.ts';
import { badData, guestText, places, type Writer } from './hostile/guest-text.ts';
import { TestProcess } from './process.ts';

const megabyte = 2 ** 20;
const { turnMs, memoryBytes } = defaultLimits;

async function instances(pages: readonly [number, number] = [3, 64]): Promise<Instances> {
  const bytes = guestText({ wide: false, pages });
  return new Instances(await WebAssembly.compile(bytes), readProgram(bytes));
}

const sized = (image: Image, bytes: number): Image => ({ ...image, high: new Uint8Array(bytes) });

test('boots are remembered up to so many bytes, the last used longest', async () => {
  const boots = new Boots();
  const blank = (await instances()).blank(turnMs);
  const put = (key: string, bytes: number) => boots.put(key, { image: sized(blank, bytes), outcome: emptyOutcome });
  for (const key of ['a', 'b', 'c']) put(key, 20 * megabyte);
  assert.ok(boots.get('a'));
  put('d', 20 * megabyte);
  assert.equal(
    ['a', 'b', 'c', 'd'].map((key) => boots.get(key) !== undefined),
    [true, false, true, true],
  );
  put('large', 80 * megabyte);
  assert.is(boots.get('large'), undefined);
  assert.ok(boots.get('d'), 'and nothing was forgotten for it');
});

test('an instance is used again, unless it has grown or held much', async () => {
  const small = await instances();
  const blank = small.blank(turnMs);
  const first = small.take(blank, turnMs, memoryBytes);
  small.give(first, blank.heapEnd);
  assert.is(small.take(blank, turnMs, memoryBytes), first);
  assert.ok(first.memory.growTo(first.memory.length + 65_536));
  small.give(first, blank.heapEnd);
  const grown = { ...blank, memoryBytes: first.memory.length };
  assert.is.not(small.take(grown, turnMs, memoryBytes), first);

  const large = await instances([512, 512]);
  const image = large.blank(turnMs);
  const full = large.take(image, turnMs, memoryBytes);
  large.give(full, full.memory.length);
  assert.is.not(large.take(image, turnMs, memoryBytes), full);
});

const openToWrite = (writer: Writer) =>
  writer.call('__syscall_openat', writer.i(-100), writer.p(places.text), writer.i(0o102), writer.p(places.scratch));

test('files count as what a process holds', async () => {
  const write = (writer: Writer) => [
    ...writer.store32(writer.p(places.scratch), writer.i(0o644)),
    ...writer.drop(openToWrite(writer)),
    ...writer.drop(writer.call('__syscall_ftruncate64', writer.i(3), writer.i(megabyte), writer.i(0))),
  ];
  const imports = ['env.__syscall_openat', 'env.__syscall_ftruncate64'];
  const module = wasm(guestText({ wide: false, imports, text: '/tmp/file', bad: write }));
  const process = await TestProcess.blank(module);
  await process.send({});
  const before = process.executor.residentBytes ?? 0;
  await process.send({ data: badData });
  assert.is(process.executor.residentBytes, before + megabyte);
});

test.run();
