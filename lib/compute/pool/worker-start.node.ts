import type { MessagePort } from 'node:worker_threads';

/** What a worker thread starts with. */
export interface WorkerStart {
  /** Where it counts the requests it has begun with. */
  readonly begun: Int32Array;
  /** By which it gets the answers of drives, and what is counted up when there is one. */
  readonly answers: MessagePort;
  readonly answered: Int32Array;
}
