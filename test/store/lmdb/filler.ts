// Runs a system until the disk of its store is full, makes room, and goes on: says how that went.

import { rmSync, writeFileSync } from 'node:fs';
import { behavior, createSystem, HeddleError, memoryStore, type Store, type System } from 'heddle';
import { type Durability, lmdbStore } from 'heddle/store/lmdb';

const [folder = '', durability] = process.argv.slice(2);
const ballast = `${folder}.ballast`;

const hoarder = behavior<{ seen: number; hoard: string }>(
  {
    init: () => ({ seen: 0, hoard: '' }),
    receive(state, message) {
      state.seen++;
      state.hoard = message.data.repeat(2);
    },
  },
  { name: 'hoarder' },
);

const systemOn = (store: Store): System =>
  createSystem({ store, modules: [hoarder], limits: { checkpointSlots: 2, ledgerCheckpointBytes: 2_000 } });

async function feed(system: System, messages: number): Promise<void> {
  const process = system.processes[0] ?? (await system.spawn(hoarder));
  // The disk may be full before the first batch is durable, and there has to be something to go on with.
  if (process.status.slots === 1) await system.flush();
  for (let sent = 0; sent < messages; sent++) {
    await process.send({ data: `${sent}`.padEnd(3_000) });
    await system.settle();
  }
}

async function say(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    console.log(error.code === 'store-failed' && error.facts.cause === 'ENOSPC' ? 'full' : error.message);
  }
}

writeFileSync(ballast, new Uint8Array(400_000));
const system = systemOn(lmdbStore(folder, { durability: durability as Durability }));
await say(() => feed(system, 1_000));
await say(() => feed(system, 1));
await system.close();
console.log('closed');

rmSync(ballast);
const again = systemOn(lmdbStore(folder));
await again.open();
await again.settle();
const slots = again.processes[0]?.status.slots ?? 0;
const inMemory = systemOn(memoryStore());
await feed(inMemory, slots - 1);
await inMemory.settle();
console.log(again.trace.digest === inMemory.trace.digest ? 'as in memory' : `another digest after ${slots} slots`);
await again.close();
rmSync(folder, { recursive: true });
