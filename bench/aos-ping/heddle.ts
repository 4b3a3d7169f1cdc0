/** heddle as a side: its executor alone, and the whole system around it. */
import { type Assignment, createSystem, type WasmOptions, wasm } from 'heddle';
import { Queue } from '../../lib/core/queue.ts';
import { serve } from '../side.ts';
import { assignments, checkPong, environment, handler, published } from './ping.ts';

/** JSON both ways and rollback, with the time limit on a module as published and gas on a prepared one. */
export async function serveExecutor(options: WasmOptions): Promise<void> {
  const executor = await wasm(published.bytes(), options).start(environment);
  const row = assignments();
  // Messages are made beforehand: making them is the system's work.
  const ready = new Queue<Assignment>();
  for (let made = 0; made < 10_000; made++) ready.push(row.next().value);
  const evaluate = () => executor.evaluate(ready.shift() ?? row.next().value);
  await evaluate();
  await evaluate();
  serve(async () => {
    const { messages, error } = await evaluate();
    checkPong(messages[0]?.data, error);
  });
}

/** Everything: admission, slot and hash chain, turn, commit, the reply as outbound mail, the trace's digest. */
export async function serveSystem(options: WasmOptions): Promise<void> {
  const system = createSystem();
  const process = await system.spawn(wasm(published.bytes(), options));
  await process.send({ tags: { Action: 'Eval' }, data: handler });
  await system.settle();
  serve(async () => {
    const receipt = await process.send({ tags: { Action: 'Ping' } });
    const { messages, error } = await receipt.outcome();
    checkPong(messages[0]?.data, error);
  });
}
