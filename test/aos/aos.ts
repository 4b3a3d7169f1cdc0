/** The aos builds that the tests of whole systems run, and how they talk to them. */
import type { Outcome, ProcessHandle } from 'heddle';
import { moduleOf } from '../modules/registry.ts';

/** The current aos module, 64-bit. */
export const aos = moduleOf('ISShJH1ij-hPPt9St5UFFr_8Ys3Kj5cyg7zrMGt7H9s');
/** The same aos built for 32-bit memory. */
export const aos32 = moduleOf('WASM32-D8q2OmZ4Mok00sD2Y_6SYEQ7Hjx-6VZ_jl3g');

/** Evaluates Lua in a process of the system's own wallet and gives what it printed. */
export async function evaluate(process: ProcessHandle, lua: string): Promise<string> {
  const receipt = await process.send({ tags: { Action: 'Eval' }, data: lua });
  return printed(await receipt.outcome());
}

/** What an outcome prints; throws its error. */
export function printed(outcome: Outcome): string {
  if (outcome.error) throw new Error(String(outcome.error));
  // An Eval's output is an object with `data`, as AO defines it for aos.
  return String((outcome.output as { data?: unknown }).data);
}
