/** heddle's loader as a side: with a copy of the memory from each turn passed to the next, or left in place. */
import { AoLoader } from 'heddle/loader';
import { assignmentJson, environmentJson } from '../../lib/compute/wasm/message-json.ts';
import { assignments, checkPong, environment, published } from '../aos-ping/ping.ts';
import { serve } from '../side.ts';

/** How many copies a program that may go back keeps. */
const keptCopies = 20;

export async function serveCopies(): Promise<void> {
  const handle = await AoLoader(published.bytes(), { format: published.format });
  const kept: Uint8Array[] = [];
  await servePings(async (message, env) => {
    const result = await handle(kept.at(-1), message, env);
    kept.push(result.Memory);
    if (kept.length > keptCopies) kept.shift();
    return result;
  });
}

export async function serveResident(): Promise<void> {
  const handle = await AoLoader(published.bytes(), { format: published.format, UNSAFE_MEMORY: true });
  await servePings((message, env) => handle(null, message, env));
}

type Turn = (
  message: unknown,
  env: unknown,
) => Promise<{ readonly Messages: readonly { readonly Data?: unknown }[] | undefined; readonly Error: unknown }>;

async function servePings(turn: Turn): Promise<void> {
  const env = JSON.parse(environmentJson(environment));
  const row = assignments();
  const next = () => turn(JSON.parse(assignmentJson(row.next().value)), env);
  await next();
  await next();
  serve(async () => {
    const { Messages, Error: error } = await next();
    checkPong(Messages?.[0]?.Data, error);
  });
}
