// A module that was compiled elsewhere is instantiated by its owner, as AO's compute unit does it.

import { HeddleError } from 'heddle';
import { AoLoader, type Instantiate } from 'heddle/loader';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { published } from '../compute/wasm/process.ts';
import { type ModuleName, publishedModule } from '../modules/index.ts';
import { type Copied, printed } from './own.ts';
import { evaluate, questions } from './question.ts';

const { format } = publishedModule('aos2_0_6');

/** How a compute unit calls the loader. */
async function instantiating(name: ModuleName, copyImports = false): Promise<{ calls: number; call: Instantiate }> {
  await published(name); // switches 64-bit memory on, which is the owner's business
  const code = await WebAssembly.compile(publishedModule(name).bytes());
  const made = { calls: 0, call };
  function call(imports: WebAssembly.Imports, receive: Parameters<Instantiate>[1]) {
    made.calls++;
    const given = copyImports ? { ...imports, env: { ...imports.env }, metering: {} } : imports;
    const instantiated = WebAssembly.instantiate(code, given).then(receive);
    // Emscripten ignores what comes back; a promise tells of failures here.
    return copyImports ? {} : instantiated;
  }
  return made;
}

for (const name of ['aos2_0_6', 'aos2_0_4_32'] satisfies ModuleName[]) {
  test(`${name}: the same results as from the bytes`, async () => {
    const { bytes, format: said } = publishedModule(name);
    const made = await instantiating(name, name === 'aos2_0_4_32');
    const ofFunction = await AoLoader(made.call, { format: said });
    const ofBytes = await AoLoader(bytes());
    const ask = await questions(name);
    const item = ask();
    let left: Copied = await ofBytes(null, item.message, item.env);
    let right: Copied = await ofFunction(null, item.message, item.env);
    const start = left.Memory;
    for (const code of [
      'Count = 1 return tostring({}) .. os.clock()',
      'return pcall(error, "caught")',
      'Huge = string.rep("x", 100 << 20) return #Huge',
      'error("boom")',
      'return collectgarbage("count")',
    ]) {
      const { message, env } = ask(evaluate(code));
      [left, right] = [await ofBytes(left.Memory, message, env), await ofFunction(right.Memory, message, env)];
      assert.equal({ ...right, Memory: 0 }, { ...left, Memory: 0 }, code);
      assert.ok(Buffer.from(right.Memory).equals(left.Memory), code);
    }
    const { message, env } = ask(evaluate('return tostring(Count) .. tostring(Huge)'));
    assert.match(String(printed(await ofFunction(start, message, env))), /nilnil$/, 'back to a smaller memory');
    assert.match(String(printed(await ofBytes(start, message, env))), /nilnil$/);
    assert.is(made.calls, 1);
  });
}

const refusal = async (call: Instantiate, said: string | undefined = format): Promise<string> => {
  try {
    await AoLoader(call, { format: said });
    return 'none';
  } catch (error) {
    return error instanceof HeddleError ? error.code : String(error);
  }
};

test('what goes wrong while instantiating is what loading rejects with', async () => {
  const { call } = await instantiating('aos2_0_4_32');
  assert.match(await refusal(call), 'LinkError', 'of another format');
  assert.is(await refusal(call, ''), 'module-format-unsupported');
  const reject = () => Promise.reject(new Error('no'));
  assert.is(await refusal(reject), 'Error: no');
  assert.is(
    await refusal(() => {
      throw new Error('no');
    }),
    'Error: no',
  );
  const nothing: Instantiate = (_, receive) => receive(undefined as unknown as WebAssembly.Instance);
  assert.is(await refusal(nothing), 'module-without-handle');
});

test.run();
