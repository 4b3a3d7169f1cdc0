// What is damaged how often, and what is done with the damaged.

import * as assert from 'uvu/assert';
import type { Module } from '../../../../lib/compute/executor.ts';
import { programOf } from '../../../../lib/compute/wasm/compiled.ts';
import { wasm } from '../../../../lib/compute/wasm/index.ts';
import { prepareModule } from '../../../../lib/compute/wasm/prepare/index.ts';
import { meterModule } from '../../../../lib/compute/wasm/prepare/meter.ts';
import { maximumBytes, readProgram } from '../../../../lib/compute/wasm/program.ts';
import { WasmExecutor } from '../../../../lib/compute/wasm/wasm-executor.ts';
import { HeddleError } from '../../../../lib/core/error.ts';
import { checkedOutcome, outcomeText } from '../../../../lib/core/outcome.ts';
import { randomStream } from '../../../../lib/core/random.ts';
import { badData } from '../hostile/guest-text.ts';
import { assignmentOf, environment } from '../process.ts';
import { checkpointPlan } from './checkpoint-plan.ts';
import { damageModule, type Mutation } from './mutate.ts';
import type { Plan } from './plan.ts';
import { handMade, type Subject, skeletons, whole } from './subjects.ts';

const limits = { turnMs: 50, turnGas: 5_000_000, fileBytes: 1_048_576, files: 100, openFiles: 20 } as const;

function ofModules(
  name: string,
  count: number,
  subjectsOf: () => readonly Subject[],
  use: (mutation: Mutation) => Promise<string>,
): Plan {
  let subjects: readonly Subject[] | undefined;
  const at = (index: number) => {
    subjects ??= subjectsOf();
    const subject = subjects[index % subjects.length];
    if (!subject) throw new Error('There are no subjects');
    return { subject, mutation: damageModule(subject.bytes, randomStream(name, String(index))) };
  };
  return {
    count,
    run: (index) => use(at(index).mutation),
    describe: (index) => `${at(index).subject.name}: ${at(index).mutation.what}`,
  };
}

/** What a module, a start or a turn may be refused with. */
const refusals = /^(module-|memory64-unavailable$|guest-|checkpoint-invalid$)/;

async function ended(attempt: () => Promise<string>): Promise<string> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof HeddleError && refusals.test(error.code)) return error.code;
    throw error;
  }
}

/** How the use of a module ended, and what was seen of it. */
interface Use {
  readonly ending: string;
  readonly seen: readonly string[];
}

/**
 * What was seen until something broke. Then another instance takes the place of the one that broke, and a module that says
 * its data were stack, or beyond its heap, loses them.
 */
function untilFault({ seen }: Use): readonly string[] {
  const fault = seen.findIndex((what) => /^(guest|result)-/.test(what));
  return fault < 0 ? seen : seen.slice(0, fault + 1);
}

/** Some turns, and what is asked of a process besides. */
async function useModule(module: Module): Promise<Use> {
  await module.load();
  const executor = await module.start(environment(module, limits));
  const seen: string[] = [];
  let ending = 'fine';
  for (const [slot, data] of ['', 'good', badData, 'good'].entries()) {
    const outcome = checkedOutcome(await executor.evaluate(assignmentOf(module, slot, { data })));
    if (outcome.fault ?? outcome.error) ending = outcome.fault ?? 'error';
    // A trap is told in the engine's words.
    seen.push(outcome.fault ?? outcomeText(outcome), (await executor.state?.())?.digest ?? '');
  }
  const { process, message, timestampMs, blockHeight } = assignmentOf(module, 4, { data: badData });
  checkedOutcome(await executor.dryRun({ process, message, timestampMs, blockHeight }));
  const checkpoint = await executor.checkpoint();
  await executor.close();
  const restored = await module.start(environment(module, limits), checkpoint);
  checkedOutcome(await restored.evaluate(assignmentOf(module, 4, {})));
  await restored.close();
  return { ending, seen };
}

const asPublished = ({ bytes }: Mutation) =>
  ended(async () => (await useModule(wasm(bytes, { prepare: 'off' }))).ending);

/** What is prepared comes to the same as what is not, unless a limit ends it. */
async function prepared({ bytes }: Mutation): Promise<string> {
  return ended(async () => {
    const module = wasm(bytes, { prepare: 'off' });
    await module.load();
    const { abi } = readProgram(bytes);
    const made = await prepareModule(bytes, { maximumBytes });
    const program = { ...readProgram(made.bytes, abi.format), metered: made.report.metered };
    const { id, owner, tags } = module;
    const compiled = programOf({ id, code: await WebAssembly.compile(made.bytes), program });
    const how = made.report.metered ? 'metered' : `not metered (${made.report.leftOut.map(({ step }) => step)})`;
    const use = await useModule({
      ...{ id, owner, tags },
      load() {},
      start: (given, from) => new WasmExecutor(compiled, given, from),
    });
    const expected = await useModule(module);
    const isLimited = [...use.seen, ...expected.seen].some((what) => what.startsWith('guest-over-'));
    // A pointer that is wrong by a multiple of 4 GiB is right once the memory is narrow.
    const mayWrap = made.report.lowered && expected.seen.includes('guest-trap');
    if (!isLimited && !mayWrap) assert.equal(untilFault(use), untilFault(expected));
    return `${how}, ${use.ending}`;
  });
}

/** Reads a module by all its readers; runs it only if it is valid after all. */
async function read({ bytes }: Mutation): Promise<string> {
  const ends = await Promise.all([
    ended(async () => `read as ${readProgram(bytes).abi.generation}`),
    ended(async () => (meterModule(bytes).length > bytes.length ? 'metered' : 'metered without a difference')),
  ]);
  const valid = WebAssembly.validate(bytes);
  return `${ends.join(', ')}, ${valid ? await asPublished({ bytes, what: '' }) : 'invalid'}`;
}

export const plans = {
  handMade: ofModules('hand-made', 8_000, () => handMade, asPublished),
  skeletons: ofModules('skeletons', 4_000, skeletons, asPublished),
  prepared: ofModules('prepared', 5_000, () => handMade, prepared),
  whole: ofModules('whole', 400, whole, read),
  checkpoints: checkpointPlan,
} as const satisfies Record<string, Plan>;

export type PlanName = keyof typeof plans;
