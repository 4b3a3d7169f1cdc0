// Prints what a run must come to whatever runs it: what modules become when they are prepared, and the digests and the gas
// of a system's run on them, and of one of light processes.

import { createHash } from 'node:crypto';
import { createSystem, wasm } from 'heddle';
import { prepareModule } from '../../lib/compute/wasm/prepare/index.ts';
import { maximumBytes } from '../../lib/compute/wasm/program.ts';
import type { ModuleName } from '../modules/index.ts';
import { publishedModule } from '../modules/index.ts';
import { lightDigest } from './light.ts';

const names = ['aos2_0_6', 'aos2_0_4_32'] as const satisfies readonly ModuleName[];

const turns = [
  'Count = 1',
  'local t = {} for i = 1, 2000 do t["k" .. i] = i * 1.1 end local s = 0 for k, v in pairs(t) do s = s + v end return s',
  'Count = 2 error("taken back")',
  'return require("json").encode({ a = 1 / 3, b = math.sin(1), c = os.date(), d = string.format("%.17g", 2 ^ 0.5) })',
  'return tostring(pcall(string.rep, "x", -1)) .. math.random(1000000) .. os.time()',
  'Count = 3 while true do end',
  'local function f() return 1 + f() end return f()',
  'return Count',
];

async function factsOf(name: ModuleName) {
  const bytes = publishedModule(name).bytes();
  const prepared = await prepareModule(bytes, { maximumBytes });
  await using system = createSystem({ seed: 'node versions', limits: { turnGas: 100_000_000 } });
  const process = await system.spawn(wasm(bytes, { prepare: 'before' }));
  const outcomes: unknown[] = [];
  for (const data of turns) {
    const outcome = await (await process.send({ tags: { Action: 'Eval' }, data })).outcome();
    outcomes.push({ ...outcome, gasUsed: String(outcome.gasUsed) });
  }
  const { digest } = await process.state();
  return {
    prepared: createHash('sha256').update(prepared.bytes).digest('hex'),
    trace: system.trace.digest,
    state: digest,
    outcomes,
  };
}

const facts = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await factsOf(name)] as const)));
const light = { unobserved: await lightDigest(false), observed: await lightDigest(true) };
console.log(JSON.stringify({ ...facts, light }, null, 1));
