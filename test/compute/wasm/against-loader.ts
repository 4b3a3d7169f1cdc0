// The same messages to AO's own loader and to an executor here: what differs.

import type { Module } from '../../../lib/compute/executor.ts';
import { assignmentJson, environmentJson } from '../../../lib/compute/wasm/message-json.ts';
import { outcomeFromWire, outcomeToWire } from '../../../lib/compute/wasm/outcome-json.ts';
import { type Outcome, outcomeText } from '../../../lib/core/outcome.ts';
import type { ModuleName } from '../../modules/index.ts';
import { type Answer, type LoaderModule, Oracle } from './oracle/index.ts';
import { assignmentOf, environment, type Sending } from './process.ts';

export interface Comparison {
  /** What differed, ready to be shown. */
  readonly differing: readonly string[];
  /** What the executor here answered, by step. */
  readonly ours: readonly Outcome[];
}

/** Sends `steps` to both, from slot 0 on; the first is the process's own item. */
export async function compare(
  module: Module,
  loaderModule: ModuleName | LoaderModule,
  steps: readonly (Sending & { readonly name?: string })[],
): Promise<Comparison> {
  const executor = await module.start(environment(module));
  const oracle = new Oracle(loaderModule);
  const differing: string[] = [];
  const ours: Outcome[] = [];
  try {
    for (const [slot, step] of steps.entries()) {
      const assignment = assignmentOf(module, slot, step);
      const question = { message: assignmentJson(assignment), environment: environmentJson(environment(module)) };
      const theirs = await oracle.ask(question);
      const outcome = await executor.evaluate(assignment);
      ours.push(outcome);
      const [found, expected] = [showOurs(outcome), show(theirs, outcome)];
      if (found !== expected) {
        const what = step.name ?? step.data ?? `slot ${slot}`;
        differing.push(`${what}\n  ours   ${found.slice(0, 600)}\n  theirs ${expected.slice(0, 600)}`);
      }
    }
  } finally {
    oracle.close();
    await executor.close();
  }
  return { differing, ours };
}

/** Of a fault, only that it is one: the loader throws the engine's error, for which AO has no text of its own. */
const showOurs = (outcome: Outcome): string => (outcome.fault ? 'a fault' : text(outcome));

function show({ result, thrown, trapped }: Answer, ours: Outcome): string {
  if (trapped !== undefined) return 'a fault';
  const outcome = outcomeFromWire(result ?? { Error: thrown ?? null });
  // The loader throws the reason alone: what was used is lost there.
  return text(result ? outcome : { ...outcome, gasUsed: ours.gasUsed });
}

const text = (outcome: Outcome): string => `${outcomeText(outcome)} ${JSON.stringify(outcomeToWire(outcome))}`;
