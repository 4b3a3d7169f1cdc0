// The same messages to AO's own loader and to executors here: what differs.

import type { Executor, Module } from '../../../lib/compute/executor.ts';
import { assignmentJson, environmentJson } from '../../../lib/compute/wasm/message-json.ts';
import { outcomeFromWire, outcomeToWire } from '../../../lib/compute/wasm/outcome-json.ts';
import { hashBytes } from '../../../lib/core/id.ts';
import { type Outcome, outcomeText } from '../../../lib/core/outcome.ts';
import { type ModuleName, publishedModule } from '../../modules/index.ts';
import { type Answer, type LoaderModule, Oracle } from './oracle/index.ts';
import { assignmentOf, environment, published, type Sending } from './process.ts';

export interface Comparison {
  /** What differed, ready to be shown. */
  readonly differing: readonly string[];
  /** What the first module here answered, by step. */
  readonly ours: readonly Outcome[];
}

type Steps = readonly (Sending & { readonly name?: string })[];

/** Sends `steps` to a published module, as it is and prepared, here and in the loader. */
export const comparePublished = async (name: ModuleName, steps: Steps): Promise<Comparison> =>
  compare({ prepared: await published(name), 'as published': await published(name, 'off') }, ofPublished(name), steps);

/**
 * Sends `steps` to all, from slot 0 on; the first is the process's own item. The states of those here are compared too,
 * byte by byte, now and then.
 */
export async function compare(
  modules: Readonly<Record<string, Module>>,
  loaderModule: LoaderModule,
  steps: Steps,
): Promise<Comparison> {
  const executors: (readonly [name: string, executor: Executor])[] = [];
  for (const [name, module] of Object.entries(modules)) {
    executors.push([name, await module.start(environment(module, { turnGas: Number.MAX_SAFE_INTEGER }))]);
  }
  // They are the same module.
  const [module] = Object.values(modules);
  if (!module) throw new Error('There is no module to compare with the loader');
  const oracle = new Oracle(loaderModule);
  const differing: string[] = [];
  const ours: Outcome[] = [];
  try {
    for (const [slot, step] of steps.entries()) {
      const assignment = assignmentOf(module, slot, step);
      const question = { message: assignmentJson(assignment), environment: environmentJson(environment(module)) };
      const theirs = await oracle.ask(question);
      for (const [at, [name, executor]] of executors.entries()) {
        const outcome = await executor.evaluate(assignment);
        if (at === 0) ours.push(outcome);
        const [found, expected] = [showOurs(outcome), show(theirs, outcome, loaderModule.format)];
        if (found !== expected) {
          const what = step.name ?? step.data ?? `slot ${slot}`;
          differing.push(`${what}\n  ${name}: ${found.slice(0, 600)}\n  loader: ${expected.slice(0, 600)}`);
        }
      }
      if (slot % 10 !== 0 && slot !== steps.length - 1) continue;
      const states = await Promise.all(
        executors.map(async ([, executor]) => hashBytes((await executor.checkpoint()).bytes)),
      );
      if (new Set(states).size > 1) differing.push(`the state after slot ${slot}: ${states.join(', ')}`);
    }
  } finally {
    oracle.close();
    for (const [, executor] of executors) await executor.close();
  }
  return { differing, ours };
}

function ofPublished(name: ModuleName): LoaderModule {
  const { bytes, format } = publishedModule(name);
  return { bytes: bytes(), format };
}

/** Of a fault, only that it is one: the loader throws the engine's error, for which AO has no text of its own. */
const showOurs = (outcome: Outcome): string => (outcome.fault ? 'a fault' : text(outcome));

function show({ result, thrown, trapped }: Answer, ours: Outcome, format: string): string {
  if (trapped !== undefined) return 'a fault';
  const outcome = outcomeFromWire(result ?? { Error: thrown ?? null });
  // It counts gas in these formats, and of what throws a reason it does not say what was used.
  const counted = result && format.endsWith('metering');
  return text(counted ? outcome : { ...outcome, gasUsed: ours.gasUsed });
}

const text = (outcome: Outcome): string => `${outcomeText(outcome)} ${JSON.stringify(outcomeToWire(outcome))}`;
