// A thread that holds executors and answers what it is asked, in order.

import { parentPort, workerData } from 'node:worker_threads';
import { HeddleError } from '../../core/error.ts';
import { type CompiledProgram, programOf, WasmExecutor } from '../wasm/index.ts';
import { BlockingDrive, type Questions } from './blocking-drive.node.ts';
import { failureOf } from './failure.ts';
import type { NumberedQuestion, Reply, Request, Residence } from './request.ts';
import type { WorkerStart } from './worker-start.node.ts';

/** Replies go in posts of so many, so that the other thread has work while this one goes on. */
const repliesPosted = 8;

// What the pool gave to this thread.
const { begun, answers, answered } = workerData as WorkerStart;
const programs = new Map<number, CompiledProgram>();
const executors = new Map<number, WasmExecutor>();
let replies: Reply[] = [];
let asked = 0;

parentPort?.on('message', (requests: readonly Request[]) => {
  for (const request of requests) {
    Atomics.add(begun, 0, 1);
    const next = reply(request);
    // Not in one expression: while it is made, others may be posted.
    replies.push(next);
    if (replies.length >= repliesPosted) postReplies();
  }
  postReplies();
});

function postReplies(): void {
  if (replies.length > 0) parentPort?.postMessage(replies);
  replies = [];
}

const questions: Questions = {
  ask(question) {
    // Nobody is to wait with this one for what is done.
    postReplies();
    const numbered: NumberedQuestion = { ...question, number: ++asked };
    parentPort?.postMessage(numbered);
    return asked;
  },
  answers,
  answered,
};

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
      const { module, compiled, environment, from, hasDrive } = request;
      if (compiled) programs.set(module, programOf(compiled));
      const whole = { ...environment, past: () => [] };
      const drive = hasDrive ? new BlockingDrive(questions, request.executor, environment) : undefined;
      const executor = new WasmExecutor(known(programs, module), whole, from, drive);
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
