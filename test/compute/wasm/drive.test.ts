// A drive under the host: every format that can open files, however its bytes are run, and a drive that takes its time.

import { createSystem } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Drive } from '../../../lib/compute/drive.ts';
import { wasm } from '../../../lib/compute/wasm/index.ts';
import { HeddleError } from '../../../lib/core/error.ts';
import { meterWASM } from '../../connect/meter.ts';
import { publishedModule } from '../../modules/index.ts';
import { badData, digitAt, guestText, places, type Writer } from './hostile/guest-text.ts';
import { printed, TestProcess } from './process.ts';

const text = 'first line\nsecond line\n3.25 rest';
const content = new TextEncoder().encode(text);

/** One file, `/data/file`, whose bytes are there when they are asked for the second time. */
function slowDrive() {
  const asked = { opened: 0, read: 0 };
  const there = new Set<string>();
  const wait = (name: string) => {
    const isThere = there.has(name);
    there.add(name);
    return isThere ? undefined : new Promise<void>((resolve) => setTimeout(resolve, 1));
  };
  const drive: Drive = {
    open({ kind, name }) {
      asked.opened++;
      if (kind !== 'data' || name !== 'file') throw new HeddleError('drive-file-missing', 'HALT: FILE NOT FOUND');
      const file = { key: 'file', sizeBytes: content.length };
      return wait('file')?.then(() => file) ?? file;
    },
    read(_, position, into) {
      asked.read++;
      const waiting = wait(`${position}`);
      if (!waiting) into.set(content.subarray(position, position + into.length));
      return waiting;
    },
  };
  return { drive, asked };
}

const formats = [
  ['wasm64-unknown-emscripten-draft_2024_10_16-metering', 'aos2_0_6', 'i64'],
  ['wasm32-unknown-emscripten-metering', 'aos2_0_4_32', 'i32'],
  ['wasm64-unknown-emscripten-draft_2024_02_15', 'aos2_0_6', undefined],
  ['wasm32-unknown-emscripten4', 'aos2_0_4_32', undefined],
] as const;

for (const [format, name, meterType] of formats) {
  test(format, async () => {
    const original = publishedModule(name).bytes();
    const bytes = meterType ? Uint8Array.from(meterWASM(Buffer.from(original), { meterType })) : original;
    const { drive, asked } = slowDrive();
    const module = wasm(bytes, { drive, tags: { 'Module-Format': format } });
    await module.load();
    const process = await TestProcess.blank(module);
    await process.send({});
    const says = async (code: string) => (await process.eval(code)).split('\n').slice(-1)[0];
    assert.is(await says(`F = io.open('/data/file') return F:seek('end')`), String(content.length));
    assert.is(await says(`F:seek('set', 0) return F:read('l') .. '|' .. F:read('l')`), 'first line|second line');
    assert.is(await says(`return F:read('n') .. F:read('l')`), '3.25 rest');
    assert.is(await says(`return tostring(F:read('l'))`), 'nil');
    assert.is(await says(`F:seek('set', 6) return F:read(4)`), 'line');
    assert.is(await says(`return tostring(F:write('x'))`), 'nil');
    assert.match(String((await process.run(`return io.open('/data/other')`)).error), /^HALT: FILE NOT FOUND/);
    assert.ok(asked.opened >= 2);
    // What is open is in a checkpoint, its content is not.
    const checkpoint = await process.executor.checkpoint();
    const again = await TestProcess.restored(module, checkpoint);
    assert.is((await again.eval('return F:read(2)')).split('\n').at(-1), 's');
    const without = await TestProcess.restored(wasm(bytes, { tags: { 'Module-Format': format } }), checkpoint);
    let code: unknown;
    try {
      await without.run('return F:read(2)');
    } catch (error) {
      code = error instanceof HeddleError && error.code;
    }
    assert.is(code, 'drive-unavailable');
  });
}

/** Opens the file, maps it, and prints the character at `at` as it is found in the mapping. */
const throughMapping = (at: number) => (write: Writer) => {
  const offset = write.wide ? [write.l(0n)] : [write.i(0), write.i(0)];
  const found = [write.p(places.scratch + 32), write.p(places.scratch + 40)];
  const file = write.call('__asyncjs__weavedrive_open', write.p(places.text), write.p(places.text));
  return [
    ...write.drop(write.call('_mmap_js', write.p(content.length), write.i(1), write.i(2), file, ...offset, ...found)),
    ...write.store8(write.p(digitAt), write.load8(write.p(places.heap + at))),
    ...write.result(write.p(places.result)),
  ];
};

for (const wide of [false, true]) {
  test(`${wide ? 64 : 32} bits: a file that is mapped`, async () => {
    const bytes = guestText({
      wide,
      text: '/data/file',
      imports: ['env.__asyncjs__weavedrive_open', 'env._mmap_js'],
      functions: { emscripten_builtin_memalign: (write) => write.p(places.heap) },
      pages: [4, 4],
      bad: throughMapping(23),
    });
    const process = await TestProcess.blank(wasm(bytes, { drive: slowDrive().drive, prepare: 'off' }));
    await process.send({});
    const { output, error } = await process.send({ data: badData });
    assert.equal([output, error], [text.charAt(23), undefined]);
  });
}

test('messages that come while one waits are evaluated after it', async () => {
  const { drive } = slowDrive();
  const module = wasm(publishedModule('aos2_0_6').bytes(), { drive });
  await module.load();
  const process = await TestProcess.blank(module);
  await process.send({});
  await process.eval('Order = {} return 1');
  const said = await Promise.all([
    process.eval(`Order[#Order + 1] = io.open('/data/file'):read(5) return #Order`),
    process.eval('Order[#Order + 1] = "b" return #Order'),
    process.eval('Order[#Order + 1] = "c" return table.concat(Order, " ")'),
  ]);
  assert.equal(said, ['1', '2', 'first b c']);
});

test('a first message that reads is not remembered for other processes', async () => {
  let text = 'Booted = 1';
  const drive: Drive = {
    open: () => ({ key: text, sizeBytes: text.length }),
    read: ({ key }, position, into) =>
      into.set(new TextEncoder().encode(key).subarray(position, position + into.length)),
  };
  const module = wasm(publishedModule('aos2_0_6').bytes(), { drive });
  const booted = async () => {
    await using system = createSystem({ workers: 0 });
    const process = await system.spawn(module, { tags: { 'On-Boot': 'anything' } });
    const receipt = await process.send({ tags: { Action: 'Eval' }, data: 'return Booted' });
    await system.settle();
    return printed(await receipt.outcome());
  };
  assert.is(await booted(), '1');
  text = 'Booted = 2';
  assert.is(await booted(), '2');
});

test.run();
