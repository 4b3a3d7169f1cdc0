// The formats that count gas: what AO's loader makes of a module runs here, and uses as much.

import { createSystem } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wasm } from '../../../lib/compute/wasm/index.ts';
import { meterWASM } from '../../connect/meter.ts';
import { publishedModule } from '../../modules/index.ts';
import { compare } from './against-loader.ts';
import { badData, guestText, type Writer } from './hostile/guest-text.ts';
import { type Sending, TestProcess } from './process.ts';

const evaluate = (data: string): Sending => ({ tags: { Action: 'Eval' }, data });

const computeLimit = 20_000_000_000;

for (const [name, format, meterType] of [
  ['aos2_0_6', 'wasm64-unknown-emscripten-draft_2024_10_16-metering', 'i64'],
  ['aos2_0_4_32', 'wasm32-unknown-emscripten-metering', 'i32'],
] as const) {
  const original = publishedModule(name).bytes();
  const metered = Uint8Array.from(meterWASM(Buffer.from(original), { meterType }));
  const module = wasm(metered, { tags: { 'Module-Format': format, 'Compute-Limit': String(computeLimit) } });

  test(`${format}: as much gas as in the loader`, async () => {
    await module.load();
    const steps = [
      evaluate('1 + 1'),
      evaluate('local t = {} for i = 1, 100 do t[i] = tostring(i) end return #t'),
      evaluate('local o = {} for i = 1, 5 do o[i] = tostring(pcall(error, i)) end return table.concat(o)'),
      { tags: { Action: 'Nothing' }, data: 'for the inbox' },
      evaluate('error("x")'),
      evaluate('return tostring(io.open("x"))'),
      evaluate('return 2'),
    ];
    const { differing, ours } = await compare({ metered: module }, { bytes: original, format, computeLimit }, [
      {},
      ...steps,
    ]);
    for (const { gasUsed, fault } of ours) assert.ok(fault === undefined && gasUsed > 100_000_000n, String(gasUsed));
    assert.equal(differing, []);
  });

  test(`${format}: a turn that uses more than its module says`, async () => {
    await module.load();
    const process = await TestProcess.blank(module);
    assert.is((await process.send({})).error, undefined);
    await process.eval('Count = 1');
    const { error, fault, messages } = await process.run(
      'Count = 2 Send({ Target = "t" }) while true do pcall(function() while true do end end) end',
    );
    assert.is(fault, 'guest-over-gas');
    assert.match(String(error), 'out of gas!');
    assert.equal(messages, []);
    assert.match(await process.eval('return Count'), /1$/);
  });
}

for (const wide of [false, true]) {
  test(`${wide ? 64 : 32} bits: a module that gives back what it has used`, async () => {
    const bad = (write: Writer) =>
      write.forever([...write.call('usegas', write.p(1)), ...write.call('usegas', write.p(-1))]);
    const bytes = guestText({ wide, imports: ['metering.usegas'], bad });
    const process = await TestProcess.blank(wasm(bytes), { turnMs: 5000 });
    assert.is((await process.send({})).output, '1');
    assert.is((await process.send({ data: badData })).fault, 'guest-trap');
    assert.is((await process.send({})).output, '2');
  });
}

test('no limit is too large for what the log says of gas', async () => {
  const bad = (write: Writer) => Array.from({ length: 4 }, () => write.call('usegas', write.p(2n ** 63n - 1n))).flat();
  const bytes = guestText({ wide: true, imports: ['metering.usegas'], bad });
  await using system = createSystem();
  const process = await system.spawn(wasm(bytes), { tags: { 'Compute-Limit': '9'.repeat(400) } });
  const { fault, gasUsed } = await (await process.send({ data: badData })).outcome();
  assert.equal([fault, gasUsed], ['guest-over-gas', 2n ** 63n]);
});

test('bytes without the import, under the tag of these formats: prepared like those of others', async () => {
  const tags = { 'Module-Format': 'wasm64-unknown-emscripten-draft_2024_10_16-metering' };
  const process = await TestProcess.blank(wasm(publishedModule('aos2_0_6').bytes(), { tags }), {
    turnGas: 200_000_000,
  });
  await process.send({});
  const { gasUsed } = await process.run('return 1');
  assert.ok(gasUsed > 1_000_000n, String(gasUsed));
  assert.is((await process.run('while true do end')).fault, 'guest-over-gas');
});

test.run();
