import { Worker } from 'node:worker_threads';
import { reasonOf } from '../../../core/error.ts';
import {
  notPrepared,
  type OnStep,
  type Prepared,
  type PrepareOptions,
  type PrepareStep,
  prepareModule,
  requireValid,
} from './prepare-module.ts';

export interface WorkerTask {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly options: PrepareOptions;
}

/** What the worker posts: each step before it is taken, and in the end what came out. */
export type WorkerMessage = { readonly step: PrepareStep } | { readonly prepared: Prepared };

/**
 * Like `prepareModule`, in a thread of its own, so that this one goes on meanwhile and the memory that a rewrite took is
 * given back. If that thread fails, or takes for ever, the module stays as it is. It does not keep the program alive.
 */
export async function prepareInWorker(
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
  onStep: OnStep,
): Promise<Prepared> {
  requireValid(bytes);
  let step: PrepareStep | undefined;
  try {
    return await runWorker({ bytes, options }, (next) => {
      step = next;
      onStep(next);
    });
  } catch (thrown) {
    // A worker that has not even begun may be one whose file a bundler left out.
    return step ? notPrepared(bytes, step, reasonOf(thrown)) : prepareModule(bytes, options, onStep);
  }
}

function runWorker(task: WorkerTask, onStep: OnStep): Promise<Prepared> {
  return new Promise((resolve, reject) => {
    // A compiled worker needs none of what arguments and environment tell Node to load files with, and starts faster without.
    const compiled = workerFile.pathname.endsWith('.js');
    const worker = new Worker(workerFile, { workerData: task, ...(compiled && { execArgv: [], env: {} }) });
    const settle = (settled: () => void) => {
      clearTimeout(timer);
      worker.removeAllListeners();
      // Whatever it still does is of no interest.
      worker.on('error', () => {});
      worker.terminate().then(settled, reject);
    };
    const timer = setTimeout(() => settle(() => reject(new Error(`It took more than ${mostMs} ms`))), mostMs);
    timer.unref();
    worker.on('message', (message: WorkerMessage) => {
      if ('step' in message) onStep(message.step);
      else settle(() => resolve(message.prepared));
    });
    worker.on('error', (error) => settle(() => reject(error)));
    worker.on('exit', (code) => settle(() => reject(new Error(`Its thread ended with ${code}`))));
    // A listener would make it count again.
    worker.unref();
  });
}

const workerFile = new URL(`./worker.node.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

/** The largest module published takes some seconds. */
const mostMs = 300_000;
