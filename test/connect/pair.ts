// One conversation held with both loaders.

import type { Sending } from '../compute/wasm/process.ts';
import type { ModuleName } from '../modules/index.ts';
import { type Answer, Oracle, type OracleOptions } from './oracle/index.ts';
import { Own, open } from './own.ts';
import { questions } from './question.ts';

/** What both answered, without the length of the memory, which differs. */
export interface Pair {
  readonly ours: Answer;
  readonly theirs: Answer;
}

/** Asks both for the same message on the memory of that name, or none, and keeps what they return under a name. */
export type AskBoth = (sending: Sending | undefined, from: string | null, keep?: string) => Promise<Pair>;

export async function withPair(
  name: ModuleName,
  options: OracleOptions,
  use: (both: AskBoth) => Promise<void>,
): Promise<void> {
  const ask = await questions(name);
  const oracle = new Oracle(name, options);
  const own = new Own(await open(name, options));
  try {
    await use(async (sending, from, keep = 'other') => {
      const question = ask(sending);
      const { memoryBytes: _, ...theirs } = await oracle.call(question, from, keep);
      const { memoryBytes: __, ...ours } = await own.call(question, from, keep);
      return { ours, theirs };
    });
  } finally {
    oracle.close();
  }
}
