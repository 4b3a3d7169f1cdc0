// The metered formats: both loaders make a module count its gas, and it uses as much in both, to the unit.

import { HeddleError } from 'heddle';
import { AoLoader, type LoaderBinary } from 'heddle/loader';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Oracle as AnyOracle } from '../compute/wasm/oracle/index.ts';
import { publishedModule } from '../modules/index.ts';
import { meterWASM } from './meter.ts';
import type { Answer } from './oracle/index.ts';
import type { Copied } from './own.ts';
import { withPair } from './pair.ts';
import { evaluate, questions } from './question.ts';

const computeLimit = 12_500_000_000;

const formats = [
  ['aos2_0_6', 'wasm64-unknown-emscripten-draft_2024_10_16-metering', 'i64'],
  ['aos2_0_4_32', 'wasm32-unknown-emscripten-metering', 'i32'],
] as const;

const used = ({ result }: Answer) => Number(result?.GasUsed);
const withoutGas = ({ result, ...rest }: Answer) => ({ ...rest, ...result, GasUsed: 0 });

const rejection = async (call: () => Promise<unknown>): Promise<string> => {
  try {
    await call();
    return 'none';
  } catch (error) {
    return error instanceof HeddleError ? error.code : String(error);
  }
};

for (const [name, format, meterType] of formats) {
  const plain = publishedModule(name);
  const options = { format, computeLimit };

  test(`${format}: as much gas in every message`, async () => {
    await withPair(name, { format, computeLimit }, async (both) => {
      const equal = async (code: string, from: string | null, keep?: string) => {
        const { ours, theirs } = await both(evaluate(code), from, keep);
        assert.equal(ours, theirs, code);
        return ours;
      };
      const item = await both(undefined, null, 'item');
      assert.equal(item.ours, item.theirs, 'the first, in which aos opens files');
      assert.ok(used(item.ours) > 10_000_000_000);
      const one = await equal('Count = 1 return Count', 'item', 'one');
      assert.ok(used(one) < 2_000_000_000, 'of one call only');
      await equal('local t = {} for i = 1, 100 do t[i] = tostring(i) end return #t', 'one', 'left');
      await equal('local o = {} for i = 1, 5 do o[i] = tostring(pcall(error, i)) end return #o', 'left', 'left');
      await equal('Count = Count * 3 Send({ Target = "t", Data = "d" }) return Count', 'left', 'left');
      const boom = await equal('error("boom")', 'left', 'left');
      assert.ok(boom.result?.Error && used(boom) > 0);
      await equal('Count = Count * 5 return Count', 'one', 'right');
      await equal('Count = Count + 1 return Count', null, 'next');
      await equal('return Count', 'left', 'left');
      await equal('return tostring(io.open("x")) .. tostring(io.open("y"))', 'left', 'left');
      await equal('return Count', 'left', 'left');

      // After these the loader does not wind its stack back. Where texts lie on it shows in the gas.
      const endless = 'Count = 9 while true do pcall(function() while true do end end) end';
      for (const code of [endless, 'os.exit(3)']) {
        const { trapped } = await equal(code, 'left');
        assert.is(trapped, code === 'os.exit(3)' ? undefined : 'Error: out of gas!');
        const { ours, theirs } = await both(evaluate('return Count'), 'left');
        assert.equal(withoutGas(ours), withoutGas(theirs), `after ${code}`);
        assert.ok(Math.abs(used(ours) / used(theirs) - 1) < 0.01, `${used(ours)} and ${used(theirs)}`);
      }
    });
  });

  test(`${format}: a Memory and a message use the same gas whatever came between`, async () => {
    const ask = await questions(name);
    const [item, count, open] = [ask(), ask(evaluate('return 1')), ask(evaluate('return tostring(io.open("x"))'))];
    const endless = ask(evaluate('while true do end'));
    const handle = await AoLoader(plain.bytes(), options);
    const { Memory } = await handle(null, item.message, item.env);
    const expected = (await handle(Memory, count.message, count.env)).GasUsed;
    assert.type(expected, 'number');
    for (const { message, env } of [open, endless, count]) {
      await handle(Memory, message, env).catch(() => {});
      assert.is((await handle(Memory, count.message, count.env)).GasUsed, expected);
      assert.is((await handle(Memory.slice(), count.message, count.env)).GasUsed, expected);
    }
  });

  test(`${format}: a limit that is too low ends the load, or the message that opens files, and the handle goes on`, async () => {
    for (const low of [1, '1', 1n, -1, 50_000]) {
      const open = () => AoLoader(plain.bytes(), { format, computeLimit: low });
      if (low === 1) assert.is(await rejection(open), 'Error: out of gas!');
      else
        assert.is(
          await rejection(() => AoLoader(metered, { format: plain.format, computeLimit: low })),
          'Error: out of gas!',
        );
    }
    const ask = await questions(name);
    const { message, env } = ask();
    const all = await AoLoader(metered, { format: plain.format });
    const { GasUsed, Output } = await all(null, message, env);
    for (const missing of [1, GasUsed / 2_000, GasUsed / 2]) {
      const handle = await AoLoader(metered, { format: plain.format, computeLimit: GasUsed - Math.floor(missing) });
      assert.is(await rejection(() => handle(null, message, env)), 'Error: out of gas!');
    }
    for (const enough of [GasUsed, String(GasUsed), 'no number', 0]) {
      const handle = await AoLoader(metered, { format: plain.format, computeLimit: enough });
      assert.equal((await handle(null, message, env)).Output, Output, String(enough));
    }
  });

  const metered = Uint8Array.from(meterWASM(Buffer.from(plain.bytes()), { meterType }));

  test(`${format}: bytes that count already`, async () => {
    assert.is(await rejection(() => AoLoader(metered, options)), 'module-format-unsupported');
    const ask = await questions(name);
    const { message, env } = ask();
    const { GasUsed } = await (await AoLoader(plain.bytes(), options))(null, message, env);
    const ofPlain = await AoLoader(metered, { format: plain.format });
    assert.is((await ofPlain(null, message, env)).GasUsed, GasUsed, 'in a format that is not metered');
    const oracle = new AnyOracle({ bytes: metered, format: plain.format });
    const { result } = await oracle.ask({ message: JSON.stringify(message), environment: JSON.stringify(env) });
    oracle.close();
    assert.is(result?.GasUsed, GasUsed, 'as in the loader');
  });

  test(`${format}: of somebody who instantiates`, async () => {
    const instantiating = async (bytes: Uint8Array<ArrayBuffer>): Promise<LoaderBinary> => {
      const code = await WebAssembly.compile(bytes);
      return (imports, receive) => WebAssembly.instantiate(code, imports).then(receive);
    };
    const ask = await questions(name);
    const ofFunction = await AoLoader(await instantiating(metered), options);
    const ofBytes = await AoLoader(plain.bytes(), options);
    let left: Uint8Array | null = null;
    let right: Uint8Array | null = null;
    const item = ask();
    for (const { message, env } of [item, ask(evaluate('return tostring(io.open("x"))')), ask(evaluate('return 2'))]) {
      const a: Copied = await ofBytes(left, message, env);
      const b: Copied = await ofFunction(right, message, env);
      assert.equal({ ...b, Memory: b.Memory.length }, { ...a, Memory: a.Memory.length });
      [left, right] = [a.Memory, b.Memory];
    }
    const uncounted = await instantiating(plain.bytes());
    assert.is(await rejection(() => AoLoader(uncounted, options)), 'module-format-unsupported');
    const none = await AoLoader(uncounted, { format: plain.format, computeLimit: 1 });
    assert.is((await none(null, item.message, item.env)).GasUsed, 0);
  });
}

test('a module of another width, or one that cannot be made to count', async () => {
  const [[wide, wideFormat], [narrow, narrowFormat]] = formats;
  const load = (name: typeof wide | typeof narrow | 'sqlite', format: string) =>
    rejection(() => AoLoader(publishedModule(name).bytes(), { format }));
  assert.is(await load(narrow, wideFormat), 'module-format-unsupported');
  assert.is(await load(wide, narrowFormat), 'module-format-unsupported');
  assert.is(await load('sqlite', wideFormat), 'module-format-unsupported');
});

test.run();
