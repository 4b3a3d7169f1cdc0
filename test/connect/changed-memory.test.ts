// A caller may change what it was given. What held something is read again; the rest is, if a copy is passed.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { booted, printed } from './own.ts';

const text = 'the text that is looked for and changed';

/** Where `text` stands, from the address `from`. */
function placesOf(memory: Uint8Array): number[] {
  const bytes = Buffer.from(memory.buffer);
  const places: number[] = [];
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) places.push(at);
  return places;
}

test('a change where something was counts', async () => {
  const { run, memory } = await booted();
  const base = (await run(`Text = "${text}" return Text`, memory)).Memory;
  const changed = base.slice();
  for (const place of placesOf(base)) changed[place] = 'T'.charCodeAt(0);
  assert.is(printed(await run('return Text', changed)), `T${text.slice(1)}`, 'in a copy');
  assert.is(printed(await run('return Text', base)), text);
  for (const place of placesOf(base)) base[place] = 'T'.charCodeAt(0);
  assert.is(printed(await run('return Text', base)), `T${text.slice(1)}`, 'in the Memory itself');
  const { Memory } = await run('return Text', base);
  assert.is(printed(await run('return Text', Memory)), `T${text.slice(1)}`, 'and in what follows');
});

test('a change of the last Memory counts too', async () => {
  const { run, memory } = await booted();
  const last = (await run(`Text = "${text}" return Text`, memory)).Memory;
  for (const place of placesOf(last)) last[place] = 'T'.charCodeAt(0);
  assert.is(printed(await run('return Text', last)), `T${text.slice(1)}`);
});

test('a change where all was zero counts in a copy only', async () => {
  const { run, memory } = await booted();
  const { Memory } = await run('return 1', memory);
  // The last page lies above the heap.
  const at = Memory.length - 10;
  assert.is(Memory[at], 0);
  Memory[at] = 1;
  assert.is((await run('return 1', Memory)).Memory[at], 0);
  assert.is((await run('return 1', Memory.slice())).Memory[at], 1);
  assert.is((await run('return 1', memory)).Memory[at], 0);
});

test('what a call does changes no Memory', async () => {
  const { run, memory } = await booted();
  const { Memory } = await run(`Text = "${text}" return 1`, memory);
  const before = Memory.slice();
  await run('Text = Text:upper() collectgarbage() return Text', Memory);
  assert.ok(Buffer.from(Memory).equals(before));
});

test.run();
