// What the tests here ask of both loaders: the messages of one process, as AO writes them.

import { assignmentJson, environmentJson } from '../../lib/compute/wasm/message-json.ts';
import { assignmentOf, environment, published, type Sending } from '../compute/wasm/process.ts';
import type { ModuleName } from '../modules/index.ts';

/** The second and third argument of a handle. */
export interface Question {
  readonly message: object;
  readonly env: object;
}

/** Numbers the messages to a process of a module: the first is the process's own item, which aos needs. */
export async function questions(name: ModuleName): Promise<(sending?: Sending) => Question> {
  const module = await published(name);
  const env = JSON.parse(environmentJson(environment(module)));
  let slot = 0;
  return (sending = {}) => ({ message: JSON.parse(assignmentJson(assignmentOf(module, slot++, sending))), env });
}

/** Has the owner evaluate Lua code. */
export const evaluate = (data: string): Sending => ({ tags: { Action: 'Eval' }, data });
