// A Memory is a state: it can be passed at any time, any number of times, and to any handle of the module.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { booted, type Copied, open, printed } from './own.ts';
import { withPair } from './pair.ts';
import { evaluate } from './question.ts';

const rest = ({ Memory: _, ...others }: Copied) => others;

test('the same Memory and message give the same result, whatever came between', async () => {
  const { handle, ask, run, memory } = await booted();
  const base = (await run('Count = 1 Text = string.rep("x", 1000) return Count', memory)).Memory;
  const code =
    'Count = Count + 1 local k = {} for i = 1, 40 do k["k" .. i] = i end local o = {} for n in pairs(k) do o[#o + 1] = n end return Count .. table.concat(o) .. tostring({}) .. os.clock() .. os.time()';
  const { message, env } = ask(evaluate(code));
  const first = await handle(base, message, env);
  const between: (() => Promise<unknown>)[] = [
    async () => {},
    () => run('Count = 100 Big = {} for i = 1, 50000 do Big[i] = i .. "" end return 1'),
    () => run('error("boom")'),
    () => run('return os.exit(3)').catch(() => {}),
    () => run('return os.date("%c", 1 << 60)').catch(() => {}),
    () => run('Huge = string.rep("x", 200 << 20) return #Huge'),
    () => run('return os.clock()', memory),
  ];
  for (const [at, step] of between.entries()) {
    await step();
    const again = await handle(base, message, env);
    assert.equal(rest(again), rest(first), `after step ${at}`);
    assert.ok(Buffer.from(again.Memory).equals(first.Memory), `the memory after step ${at}`);
  }
  const other = await open('aos2_0_6');
  const elsewhere = await other(base, message, env);
  assert.equal(rest(elsewhere), rest(first), 'in another handle');
  assert.ok(Buffer.from(elsewhere.Memory).equals(first.Memory));
});

test('a fork goes as it goes in the loader', async () => {
  await withPair('aos2_0_6', {}, async (both) => {
    const equal = async (code: string, from: string | null, keep: string) => {
      const { ours, theirs } = await both(evaluate(code), from, keep);
      assert.equal(ours, theirs, code);
    };
    await both(undefined, null, 'item');
    await equal('Count = 1 return Count', 'item', 'one');
    await equal('Count = Count + 1 return Count', 'one', 'left');
    await equal('Count = Count + 10 return Count', 'one', 'right');
    await equal('Count = Count * 3 Send({ Target = "t", Data = "d" }) return Count', 'left', 'left');
    await equal('Count = Count * 5 return Count', 'right', 'right');
    await equal('Count = Count + 7 return Count', null, 'next');
    await equal('error("boom")', 'left', 'left');
    await equal('Count = Count + 100 return Count', null, 'after error');
    await equal('return Count', 'left', 'left');
    await equal('return Count', 'one', 'one');
  });
});

test('50 memories are kept, and each goes on from itself', async () => {
  const { run, memory } = await booted();
  const kept: Uint8Array[] = [];
  let last: Uint8Array = (await run('Count = 0 List = {} return 0', memory)).Memory;
  for (let i = 1; i <= 50; i++) {
    last = (await run('Count = Count + 1 List[Count] = tostring(Count) return Count', last)).Memory;
    kept.push(last);
  }
  // Forwards, backwards, and from new ones.
  const order = [...kept.keys(), ...[...kept.keys()].reverse()];
  for (const at of order) {
    const result = await run('return Count .. "/" .. table.concat(List, ","):sub(-6)', kept[at]);
    const tail = Array.from({ length: at + 1 }, (_, i) => i + 1)
      .join(',')
      .slice(-6);
    assert.is(printed(result), `${at + 1}/${tail}`);
  }
});

test('without a memory a handle goes on with what it has', async () => {
  const { handle, ask, run, memory } = await booted();
  assert.is(printed(await run('Count = 1 return Count', memory)), '1');
  assert.is(printed(await run('Count = Count + 1 return Count', null)), '2');
  assert.is(printed(await run('Count = Count + 1 return Count')), '3');
  assert.is(printed(await run('Count = Count + 1 return Count', new Uint8Array(0))), '4');
  await run('Count = Count + 1 error("boom")');
  assert.is(printed(await run('return Count')), '5', 'nothing is taken back');
  const { message, env } = ask(evaluate('return Count'));
  const results = await Promise.all([handle(memory, message, env), handle(null, message, env)]);
  assert.equal(results.map(printed), ['', ''], 'calls made at once come one after another');
});

test('a view of the whole memory and its buffer are the Memory too', async () => {
  const { run, memory } = await booted();
  const base = (await run('Count = 5 return Count', memory)).Memory;
  for (const form of [base, base.buffer, Buffer.from(base.buffer), base.slice(), Buffer.from(base)]) {
    await run('Count = 0 return 0');
    assert.is(printed(await run('return Count', form)), '5');
  }
});

test.run();
