import { hash, keyOf, ModuleCache } from './module-cache.node.ts';
import type { PrepareCall, PreparedHere, PrepareProgress } from './prepare.ts';
import { prepareInWorker } from './prepare-in-worker.node.ts';
import type { Prepared } from './prepare-module.ts';

/**
 * Prepares a module in a worker thread, once for each machine: what comes out is kept in the user's cache folder. Where
 * nothing can be kept, it is made each time.
 */
export async function prepare(bytes: Uint8Array<ArrayBuffer>, call: PrepareCall = {}): Promise<PreparedHere> {
  const { onProgress, cacheFolder, ...options } = call;
  const cache = cacheFolder === false ? undefined : new ModuleCache(cacheFolder);
  const key = keyOf(hash(bytes), options);
  const found = await cache?.read(key);
  if (found) return { ...found, cached: true };
  const task = underWay.get(key) ?? begin(key, (tell) => prepareInWorker(bytes, options, (step) => tell({ step })));
  if (onProgress) task.listeners.add(onProgress);
  const prepared = await task.outcome;
  // Other failures than the meter's may be this machine's, and of the moment.
  if (prepared.report.leftOut.every(({ step }) => step === 'meter')) await cache?.write(key, prepared);
  return { ...prepared, cached: false };
}

interface Task {
  readonly outcome: Promise<Prepared>;
  readonly listeners: Set<(progress: PrepareProgress) => void>;
}

/** What is being prepared in this program: asked for twice, it is done once. */
const underWay = new Map<string, Task>();
/** One at a time: a rewrite keeps a core and hundreds of megabytes busy. */
let last: Promise<unknown> = Promise.resolve();

function begin(key: string, run: (tell: (progress: PrepareProgress) => void) => Promise<Prepared>): Task {
  const listeners: Task['listeners'] = new Set();
  const outcome = last
    .then(() =>
      run((progress) => {
        for (const listener of listeners) listener(progress);
      }),
    )
    .finally(() => underWay.delete(key));
  last = outcome.catch(() => {});
  const task = { outcome, listeners };
  underWay.set(key, task);
  return task;
}
