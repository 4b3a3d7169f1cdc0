import { hash, keyOf, ModuleCache } from './module-cache.node.ts';
import type { PrepareCall, PreparedHere } from './prepare.ts';
import { prepareInWorker } from './prepare-in-worker.node.ts';
import { isQuick, type OnStep, type Prepared, type PrepareOptions, prepareModule } from './prepare-module.ts';

/**
 * Prepares a module in a worker thread, once for each machine: what comes out is kept in the user's cache folder. Where
 * nothing can be kept, it is made each time.
 */
export async function prepare(bytes: Uint8Array<ArrayBuffer>, call: PrepareCall = {}): Promise<PreparedHere> {
  const { onStep, cacheFolder, background = false, ...options } = call;
  // It takes less time than to start a thread or to read a file.
  if (isQuick(bytes, options)) return { ...(await prepareModule(bytes, options, onStep)), cached: false };
  const cache = cacheFolder === false ? undefined : new ModuleCache(cacheFolder);
  const key = keyOf(hash(bytes), options);
  const found = await cache?.read(key);
  if (found) return { ...found, cached: true };
  const prepared = background
    ? await shared(key, bytes, options, onStep)
    : await awake(shared(key, bytes, options, onStep));
  // Other failures than the meter's may be this machine's, and of the moment.
  if (prepared.report.leftOut.every(({ step }) => step === 'meter')) await cache?.write(key, prepared);
  return { ...prepared, cached: false };
}

interface Task {
  readonly outcome: Promise<Prepared>;
  readonly listeners: Set<OnStep>;
}

/** What is being prepared in this program: asked for twice, it is done once. */
const underWay = new Map<string, Task>();
/** One at a time: a rewrite keeps a core and hundreds of megabytes busy. */
let last: Promise<unknown> = Promise.resolve();

function shared(
  key: string,
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
  onStep: OnStep | undefined,
): Promise<Prepared> {
  const task = underWay.get(key) ?? begin(key, (tell) => prepareInWorker(bytes, options, tell));
  if (onStep) task.listeners.add(onStep);
  return task.outcome;
}

function begin(key: string, run: (tell: OnStep) => Promise<Prepared>): Task {
  const listeners: Task['listeners'] = new Set();
  const outcome = last
    .then(() =>
      run((step) => {
        for (const listener of listeners) listener(step);
      }),
    )
    .finally(() => underWay.delete(key));
  last = outcome.catch(() => {});
  const task = { outcome, listeners };
  underWay.set(key, task);
  return task;
}

/** Keeps the program alive while it waits, which the worker does not: others may wait for it in the background. */
async function awake<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, longestMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

/** The longest that a timer takes. */
const longestMs = 2 ** 31 - 1;
