// The same messages cost the same gas: in every instance, after every history, on every machine and version of Node.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wasm } from '../../../../lib/compute/wasm/index.ts';
import { Instance } from '../../../../lib/compute/wasm/instance.ts';
import { assignmentJson, environmentJson } from '../../../../lib/compute/wasm/message-json.ts';
import { gasExport } from '../../../../lib/compute/wasm/prepare/index.ts';
import { readProgram } from '../../../../lib/compute/wasm/program.ts';
import { hashId } from '../../../../lib/core/id.ts';
import { type ModuleName, publishedModule } from '../../../modules/index.ts';
import { assignmentOf, environment, type Sending } from '../process.ts';
import { preparePublished } from './published.ts';

const evaluate = (data: string): Sending => ({ tags: { Action: 'Eval' }, data });
const messages: readonly Sending[] = [
  {},
  evaluate('1 + 1'),
  evaluate('local s = 0 for i = 1, 100000 do s = s + i % 7 end return s'),
  evaluate('local t = {} for i = 1, 1000 do t[i] = tostring(i) end return #table.concat(t)'),
  evaluate('for i = 1, 100 do pcall(error, i) end return "caught"'),
  evaluate(
    'local c = coroutine.wrap(function() for i = 1, 100 do coroutine.yield(i) end end) for i = 1, 100 do c() end',
  ),
  evaluate('error("boom")'),
  evaluate('return string.rep("x", 1000000):find("y")'),
];

const utf8 = new TextEncoder();

class Metered {
  readonly #instance: Instance;
  readonly #environment: Uint8Array;
  readonly #module;
  #slot = 0;

  private constructor(instance: Instance, module: ReturnType<typeof wasm>) {
    this.#instance = instance;
    this.#module = module;
    this.#environment = utf8.encode(environmentJson(environment(module)));
  }

  static async of(name: ModuleName): Promise<Metered> {
    const { bytes } = await preparePublished(name);
    const instance = new Instance(await WebAssembly.compile(bytes), readProgram(bytes));
    instance.boot();
    return new Metered(instance, wasm(publishedModule(name).bytes(), { id: hashId('test module', name) }));
  }

  send(sending: Sending, limit: bigint): bigint {
    // GuestExports describes functions only.
    const gas = this.#instance.exports[gasExport] as unknown as WebAssembly.Global<'i64'>;
    const message = utf8.encode(assignmentJson(assignmentOf(this.#module, this.#slot++, sending)));
    gas.value = limit;
    this.#instance.handle(message, this.#environment);
    return limit - gas.value;
  }
}

const spentBy = async (name: ModuleName) => {
  const instance = await Metered.of(name);
  return messages.map((message) => Number(instance.send(message, 1n << 62n)));
};

/** Changes with `prepareVersion`, and with what the host calls besides `handle`. */
const known: Partial<Record<ModuleName, readonly number[]>> = {
  aos2_0_6: [90903534, 6934274, 43869670, 13364059, 7347063, 7411375, 6676538, 94494652],
  aos2_0_4_32: [74471962, 5568806, 36278676, 10993696, 5913044, 5978587, 5359017, 89347874],
};

for (const [name, expected] of Object.entries(known)) {
  const module = name as ModuleName; // Object.entries widens the keys
  test(`${name}: as much as ever`, async () => {
    assert.equal(await spentBy(module), expected);
    assert.equal(await spentBy(module), expected);
  });
}

test('an endless loop in Lua runs out of gas', async () => {
  const instance = await Metered.of('aos2_0_6');
  instance.send({}, 1n << 62n);
  assert.throws(() => instance.send(evaluate('while true do end'), 100_000_000n), /unreachable/);
});

test.run();
