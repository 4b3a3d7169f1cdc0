// Taking a turn back by evaluating those before it again leads to the state that a copy made before every turn holds.

import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Checkpoint } from '../../../lib/compute/executor.ts';
import { type CompiledProgram, programOf } from '../../../lib/compute/wasm/compiled.ts';
import type { Image } from '../../../lib/compute/wasm/image.ts';
import type { Journal } from '../../../lib/compute/wasm/journal.ts';
import { isWasm, type WasmOptions, wasm } from '../../../lib/compute/wasm/module.ts';
import { Snapshot } from '../../../lib/compute/wasm/snapshot.ts';
import { WasmExecutor } from '../../../lib/compute/wasm/wasm-executor.ts';
import { HeddleError } from '../../../lib/core/error.ts';
import { defaultLimits, type Limits } from '../../../lib/core/limits.ts';
import { type Outcome, outcomeText } from '../../../lib/core/outcome.ts';
import { publishedModule } from '../../modules/index.ts';
import { type Code, defaultResult, guestModule, op } from './guest-module.ts';
import { assignmentOf, environment, type Sending } from './process.ts';

/** Remembers how often a state was copied and how many turns a journal came to hold. */
class Watched extends Snapshot {
  copies = 0;
  longest = 0;

  override of(journal: Journal): Image | undefined {
    this.longest = Math.max(this.longest, journal.entries.length);
    return super.of(journal);
  }

  override take(journal: Journal, image: Image): Image {
    this.copies++;
    return super.take(journal, image);
  }
}

/** Has every turn copy the state. */
class Forgetful extends Snapshot {
  override of(): undefined {
    return undefined;
  }
}

async function programs(bytes: Uint8Array, options: WasmOptions = {}) {
  const module = wasm(bytes, options);
  if (!isWasm(module)) throw new Error('wasm() makes modules of another kind');
  const compiled = await module.compiled();
  const withSnapshot = (snapshot: Snapshot): CompiledProgram => ({ ...programOf(compiled), snapshot });
  return { module, withSnapshot };
}

type Programs = Awaited<ReturnType<typeof programs>>;

/** A process twice: taken back by evaluating again, and by copies. */
class Twice {
  readonly #programs: Programs;
  readonly #compiled: readonly CompiledProgram[];
  readonly #limits: Partial<Limits>;
  #executors: readonly WasmExecutor[];
  #slot = 0;

  constructor(all: Programs, subject: Snapshot, reference: Snapshot, limits: Partial<Limits>) {
    this.#programs = all;
    this.#limits = limits;
    this.#compiled = [subject, reference].map(all.withSnapshot);
    this.#executors = this.#started();
  }

  send(sending: Sending): Outcome {
    const assignment = assignmentOf(this.#programs.module, this.#slot++, sending);
    return this.#both((executor) => executor.evaluate(assignment));
  }

  dryRun(sending: Sending): Outcome {
    const { process, message, timestampMs, blockHeight } = assignmentOf(this.#programs.module, this.#slot, sending);
    return this.#both((executor) => executor.dryRun({ process, message, timestampMs, blockHeight }));
  }

  /** Goes on from a checkpoint, in other executors. */
  move(): void {
    const [checkpoint, other] = this.#executors.map((executor) => executor.checkpoint());
    assert.equal(checkpoint, other);
    this.close();
    this.#executors = this.#started(checkpoint);
  }

  close(): void {
    for (const executor of this.#executors) executor.close();
  }

  #started(from?: Checkpoint): readonly WasmExecutor[] {
    const place = environment(this.#programs.module, this.#limits);
    return this.#compiled.map((compiled) => new WasmExecutor(compiled, place, from));
  }

  #both(evaluate: (executor: WasmExecutor) => Outcome): Outcome {
    const [outcome, expected] = this.#executors.map(evaluate);
    if (!outcome || !expected) throw new Error('there are two');
    assert.is(outcomeText(outcome), outcomeText(expected));
    assert.is(outcome.gasUsed, expected.gasUsed);
    assert.is(outcome.fault, expected.fault);
    const [state, copied] = this.#executors.map((executor) => ({ ...executor.state(), slot: executor.slot }));
    assert.equal(state, copied);
    return outcome;
  }
}

/** What happens in one step to one of the processes. */
interface Step<Act> {
  /** Which one's turn it is; the last one's again if there is no number. */
  readonly process: number | undefined;
  readonly act: Act;
  readonly dry: boolean;
  readonly move: boolean;
}

const rows = <Act>(acts: fc.Arbitrary<Act>, length: number): fc.Arbitrary<readonly Step<Act>[]> =>
  fc.array(
    fc.record({
      process: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(2) }),
      act: acts,
      dry: fc.nat(19).map((one) => one === 0),
      move: fc.nat(29).map((one) => one === 0),
    }),
    { minLength: length / 2, maxLength: length, size: 'max' },
  );

function run<Act>(row: readonly Step<Act>[], processes: readonly Twice[], sendingOf: (act: Act) => Sending): void {
  try {
    let last = 0;
    for (const { process = last, act, dry, move } of row) {
      last = process;
      const one = processes[process % processes.length];
      if (move) one?.move();
      else if (dry) one?.dryRun(sendingOf(act));
      else one?.send(sendingOf(act));
    }
  } finally {
    for (const process of processes) process.close();
  }
}

// A guest whose messages do what the second character of their ids says. It counts them, fills a heap and grows.

const acts = ['count', 'write', 'grow', 'trap', 'exit', 'error', 'full', 'loop'] as const;
type Act = (typeof acts)[number];

const results = [
  defaultResult,
  '{"ok":false,"response":"no"}',
  '{"ok":true,"response":{"Output":"not enough memory for buffer allocation"}}',
];
const resultAt = (which: number) => 1024 + results.slice(0, which).reduce((sum, text) => sum + text.length + 1, 0);
const when = (act: Act, code: Code): Code => {
  const letter = [0x20, 0, 0x2d, 0, 8];
  return [...letter, ...op.constant('A'.charCodeAt(0) + acts.indexOf(act)), 0x46, 0x04, 0x40, ...code, 0x0b];
};
const counter = [...op.constant(1024 + defaultResult.indexOf('%')), 0x2d, 0, 0];
const addCounter = [...counter, ...op.constant(256), 0x6c, 0x6a];
const store = (at: Code): Code => [...at, ...addCounter, ...counter, 0x36, 2, 0];

const busy: Code = [
  // Each time elsewhere in the heap, and at the end of the memory.
  ...when('write', store(op.constant(80_000))),
  ...when('grow', [...op.growByOnePage, ...store([0x3f, 0, ...op.constant(1), 0x6b, ...op.constant(16), 0x74])]),
  ...when('trap', [...store(op.constant(90_000)), ...op.unreachable]),
  ...when('exit', op.exit),
  ...when('error', [...store(op.constant(100_000)), ...op.constant(resultAt(1)), 0x0f]),
  ...when('full', [...op.growByOnePage, ...op.constant(resultAt(2)), 0x0f]),
  ...when('loop', op.loopForEver),
];

const idOf = (act: Act): Sending => ({ id: `X${String.fromCharCode(65 + acts.indexOf(act))}${'A'.repeat(41)}` });

/** Mostly turns that succeed, or else no journal becomes long. */
const someAct = (which: readonly Act[]): fc.Arbitrary<Act> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom<Act>('count', 'count', 'write', 'write', 'write', 'grow') },
    { weight: 1, arbitrary: fc.constantFrom(...which) },
  );

const small = guestModule({ bad: busy, result: results.join('\0'), memoryPages: 2 });

for (const [name, options, which, saved] of [
  ['that counts gas', { prepare: 'before' }, acts, 0.5],
  // A loop takes as long there as the clock lets it.
  ['that counts no gas', { prepare: 'off' }, acts.filter((act) => act !== 'loop'), 0.1],
] as const) {
  for (const count of [1, 3]) {
    test(`${count === 1 ? 'a small guest' : `${count} small guests`} ${name}`, async () => {
      const all = await programs(small, options);
      const [subject, reference] = [new Watched(), new Forgetful()];
      let steps = 0;
      fc.assert(
        fc.property(rows(someAct(which), 120), (row) => {
          const limits = { turnGas: 100_000 };
          const processes = Array.from({ length: count }, () => new Twice(all, subject, reference, limits));
          run(row, processes, idOf);
          steps += row.length;
        }),
        { numRuns: 25, seed: 1 },
      );
      if (count > 1) return;
      assert.ok(subject.copies < steps * (1 - saved), `${subject.copies} copies in ${steps} steps`);
      assert.ok(subject.longest >= 3, `${subject.longest} turns in a journal at most`);
    });
  }
}

// aos, where memory moves about: every message collects garbage.

const lua = [
  'Count = (Count or 0) + 1 return Count',
  'Names = Names or {} Names[#Names + 1] = string.rep("name", #Names) return #Names',
  'Text = (Text or "") .. os.clock() return #Text',
  'Send({ Target = "t", Data = tostring(Count) }) return "sent"',
];
const failing = [
  'Count = 0 Names = nil error("no")',
  'return = 1',
  'local s = string.rep("x", 20000000) Text = s error(#s)',
  'while true do end',
  'local function f() return 1 + f() end return f()',
];

for (const name of ['aos2_0_6', 'aos2_0_4_32'] as const) {
  test(`${name}, prepared`, async () => {
    const all = await programs(publishedModule(name).bytes(), { prepare: 'before' });
    const [subject, reference] = [new Watched(), new Forgetful()];
    const code = fc.oneof(
      { weight: 25, arbitrary: fc.constantFrom(...lua) },
      { weight: 1, arbitrary: fc.constantFrom(...failing) },
    );
    fc.assert(
      fc.property(rows(code, 160), (row) => {
        const processes = [0, 1].map(() => new Twice(all, subject, reference, { turnGas: 300_000_000 }));
        for (const process of processes) process.send({});
        run(row, processes, (data) => ({ tags: { Action: 'Eval' }, data }));
      }),
      { numRuns: 2, seed: 2 },
    );
    assert.ok(subject.longest >= 3, `${subject.longest} turns in a journal at most`);
  });
}

test('a turn that does not succeed again crashes the executor', async () => {
  const { module, withSnapshot } = await programs(small);
  const snapshot = new Watched();
  const limits = { ...defaultLimits };
  const executor = new WasmExecutor(withSnapshot(snapshot), { ...environment(module), limits });
  let slot = 0;
  const send = (act: Act) => executor.evaluate(assignmentOf(module, slot++, idOf(act)));
  for (let turn = 0; turn < 4; turn++) assert.is(send('write').fault, undefined);
  assert.is(snapshot.copies, 1);
  // What is deterministic succeeds again; only a limit that is not what it was can be in its way.
  Object.assign(limits, { turnGas: 10 });
  const codeIs = (code: string) => (error: unknown) => error instanceof HeddleError && error.code === code;
  assert.throws(() => send('trap'), codeIs('process-crashed'));
  assert.throws(() => executor.checkpoint(), codeIs('lifecycle-invalid'));
});

test.run();
