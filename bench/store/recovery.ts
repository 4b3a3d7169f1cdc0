/**
 * Opens a store with a long log: `make <folder> <processes> <slots>` makes one, `open <folder>` opens it, takes a turn of
 * the last process, and says how long that took.
 *
 * To make it with aos itself would take an hour. The log is made by a stand-in that answers as aos has answered, and the
 * checkpoints are those of aos: what is opened is what aos would have left.
 */
import { type Checkpoint, createSystem, type Executor, type Module, type Outcome, wasm } from 'heddle';
import { lmdbStore } from 'heddle/store/lmdb';
import { checkPong, handler, published } from '../aos-ping/ping.ts';

const limits = { turnsPerRun: Number.MAX_SAFE_INTEGER, residentBytes: Number.MAX_SAFE_INTEGER };
const aos = wasm(published.bytes(), { prepare: 'before' });

/** What aos answers to its own item, to the handler and to a ping, and its state then. */
async function answers(): Promise<{ readonly outcomes: readonly Outcome[]; readonly checkpoint: Checkpoint }> {
  await aos.load();
  const outcomes: Outcome[] = [];
  let inner: Executor | undefined;
  const listening: Module = {
    id: aos.id,
    owner: aos.owner,
    tags: aos.tags,
    load: () => aos.load(),
    async start(environment, from) {
      const executor = await aos.start(environment, from);
      inner = executor;
      return {
        get slot() {
          return executor.slot;
        },
        async evaluate(assignment) {
          const outcome = await executor.evaluate(assignment);
          outcomes.push(outcome);
          return outcome;
        },
        dryRun: (message) => executor.dryRun(message),
        checkpoint: () => executor.checkpoint(),
        close: () => executor.close(),
      };
    },
  };
  const system = createSystem({ workers: 0 });
  const process = await system.spawn(listening);
  await process.send({ tags: { Action: 'Eval' }, data: handler });
  await process.send({ tags: { Action: 'Ping' } });
  await system.settle();
  const checkpoint = await inner?.checkpoint();
  await system.close();
  if (!checkpoint) throw new Error('aos was not started');
  return { outcomes, checkpoint };
}

async function make(folder: string, processes: number, slots: number): Promise<void> {
  const { outcomes, checkpoint } = await answers();
  const standIn: Module = {
    id: aos.id,
    owner: aos.owner,
    tags: aos.tags,
    load() {},
    start(_, from) {
      let slot = from?.slot ?? -1;
      return {
        get slot() {
          return slot;
        },
        evaluate(assignment) {
          slot = assignment.slot;
          return outcomes[Math.min(slot, 2)] as Outcome; // there are three
        },
        dryRun: () => outcomes[2] as Outcome, // there are three
        checkpoint: () => ({ slot, bytes: checkpoint.bytes }),
        close() {},
      };
    },
  };
  const store = lmdbStore(folder);
  const system = createSystem({ store, limits: { ...limits, checkpointSlots: slots } });
  const all = [];
  for (let at = 0; at < processes; at++) {
    const process = await system.spawn(standIn, { tags: { Number: String(at) } });
    await process.send({ tags: { Action: 'Eval' }, data: handler });
    all.push(process);
  }
  for (let slot = 2; slot < slots; slot++) {
    for (const process of all) await process.send({ tags: { Action: 'Ping' } });
    await system.settle();
  }
  // Its checkpoint is of this slot, and it has the first turn.
  const last = await system.spawn(standIn, { tags: { Number: 'last' } });
  await last.send({ tags: { Action: 'Eval' }, data: handler });
  await last.send({ tags: { Action: 'Ping' } });
  await system.settle();
  await store.putCheckpoint({ process: last.id, ...checkpoint });
  await system.close();
}

async function reopen(folder: string): Promise<void> {
  await aos.load();
  const startMs = performance.now();
  const store = lmdbStore(folder);
  const storeMs = performance.now();
  const system = createSystem({ store, limits, modules: [aos] });
  await system.open();
  const openMs = performance.now();
  const last = system.processes.at(-1);
  if (!last) throw new Error('nobody is there');
  const receipt = await last.send({ tags: { Action: 'Ping' } });
  const { messages, error } = await receipt.outcome();
  const turnMs = performance.now();
  checkPong(messages[0]?.data, error);
  const times = { storeMs: storeMs - startMs, openMs: openMs - storeMs, turnMs: turnMs - openMs };
  console.log(JSON.stringify({ ...times, logBytes: store.length, processes: system.processes.length }));
  await system.close();
}

const [what, folder = '', processes, slots] = process.argv.slice(2);
await (what === 'make' ? make(folder, Number(processes), Number(slots)) : reopen(folder));
