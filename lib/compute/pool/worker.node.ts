// A thread that holds executors and answers what it is asked, in order.

import { parentPort, workerData } from 'node:worker_threads';
import { HeddleError } from '../../core/error.ts';
import { type CompiledProgram, programOf, WasmExecutor } from '../wasm/index.ts';
import { failureOf } from './failure.ts';
import type { Reply, Request, Residence, WorkerStart } from './request.ts';

/** Replies go in posts of so many, so that the other thread has work while this one goes on. */
const repliesPosted = 8;

// What the pool gave to this thread.
const { begun } = workerData as WorkerStart;
const programs = new Map<number, CompiledProgram>();
const executors = new Map<number, WasmExecutor>();

parentPort?.on('message', (requests: readonly Request[]) => {
  let replies: Reply[] = [];
  for (const request of requests) {
    Atomics.add(begun, 0, 1);
    replies.push(reply(request));
    if (replies.length < repliesPosted) continue;
    parentPort?.postMessage(replies);
    replies = [];
  }
  if (replies.length > 0) parentPort?.postMessage(replies);
});

function reply(request: Request): Reply {
  try {
    return { answer: answer(request) };
  } catch (thrown) {
    return { failure: failureOf(thrown) };
  }
}

function answer(request: Request): unknown {
  switch (request.ask) {
    case 'start': {
      const { module, compiled, environment, from } = request;
      if (compiled) programs.set(module, programOf(compiled));
      const past = () => [];
      const executor = new WasmExecutor(known(programs, module), { ...environment, past }, from);
      executors.set(request.executor, executor);
      return residenceOf(executor);
    }
    case 'evaluate': {
      const executor = known(executors, request.executor);
      const outcome = executor.evaluate(request.assignment);
      return { outcome, ...residenceOf(executor) };
    }
    case 'dryRun':
      return known(executors, request.executor).dryRun(request.message);
    case 'checkpoint':
      return known(executors, request.executor).checkpoint();
    case 'state':
      return known(executors, request.executor).state();
    case 'proof':
      return known(executors, request.executor).proof(request.page);
    case 'close':
      known(executors, request.executor).close();
      return void executors.delete(request.executor);
  }
}

const residenceOf = ({ slot, residentBytes }: WasmExecutor): Residence => ({ slot, residentBytes });

function known<T>(all: ReadonlyMap<number, T>, number: number): T {
  const one = all.get(number);
  if (!one) throw new HeddleError('lifecycle-invalid', `this thread has no number ${number}`);
  return one;
}
