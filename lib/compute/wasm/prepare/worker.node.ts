// The thread that prepares one module.

import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerMessage, WorkerTask } from './prepare-in-worker.node.ts';
import { prepareModule } from './prepare-module.ts';

const post = (message: WorkerMessage, transfer: ArrayBuffer[] = []) => parentPort?.postMessage(message, transfer);

// What prepareInWorker() gave to this thread.
const { bytes, options } = workerData as WorkerTask;
const prepared = await prepareModule(bytes, options, (step) => post({ step }));
post({ prepared }, [prepared.bytes.buffer]);
