/** One side of the comparison of stores, by the name that it is given. */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { behavior, createSystem, memoryStore, type Store, wasm } from 'heddle';
import { lmdbStore } from 'heddle/store/lmdb';
import { open } from 'lmdb';
import { checkPong, handler, published } from '../aos-ping/ping.ts';
import { serve } from '../side.ts';

const [name = '', base = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(base, 'side-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
// The benchmark ends it by a signal.
process.on('SIGTERM', () => process.exit());

/** As much as a short message of a light process takes in the log. */
const smallBytes = 60;
const largeBytes = 1_024;
/** Messages of a turn of the sides that are timed many at once. */
const many = 50_000;

const sides: Readonly<Record<string, () => void | Promise<void>>> = {
  /** What the disk itself takes. */
  disk() {
    const file = openSync(join(folder, 'file'), 'w');
    process.on('exit', () => closeSync(file));
    const bytes = new Uint8Array(smallBytes);
    serve(() => {
      writeSync(file, bytes);
      fdatasyncSync(file);
    });
  },

  'raw-flush'() {
    const table = rawTable();
    const bytes = new Uint8Array(smallBytes);
    let key = 0;
    serve(() => table.putSync(key++, bytes));
  },

  'raw-pipelined'() {
    const table = rawTable();
    const bytes = new Uint8Array(largeBytes);
    let key = 0;
    const puts = 10_000;
    serve(async () => {
      let last: Promise<boolean> | undefined;
      for (let put = 0; put < puts; put++) last = table.put(key++, bytes);
      await last;
    }, puts);
  },

  each() {
    const store = lmdbStore(folder, { durability: 'each' });
    const bytes = new Uint8Array(smallBytes);
    serve(() => store.append({ position: store.length, bytes }));
  },

  'light-memory-store': () => light(memoryStore()),
  'light-memory': () => light(lmdbStore(folder, { durability: 'memory' })),
  'light-batched': () => light(lmdbStore(folder)),
  'light-each': () => light(lmdbStore(folder, { durability: 'each' })),

  'aos-memory-store': () => aos(memoryStore()),
  'aos-batched': () => aos(lmdbStore(folder)),
};

const rawTable = () => open({ path: join(folder, 'raw.mdb'), encoding: 'binary', overlappingSync: false });

/** Two light processes that write to each other; what they did is durable at the end of each turn. */
async function light(store: Store): Promise<void> {
  const system = createSystem({ store, limits: { turnsPerRun: Number.MAX_SAFE_INTEGER } });
  const player = behavior<number>(
    {
      init: () => 0,
      receive(heard, message, turn) {
        turn.send({ target: message.from, data: message.data });
        return heard + 1;
      },
    },
    { name: 'player' },
  );
  const [one, other] = [await system.spawn(player), await system.spawn(player)];
  await one.send({ from: other.id, data: 'ball' });
  await other.send({ from: one.id, data: 'ball' });
  serve(async () => {
    await system.run({ turns: many });
    await system.flush();
  }, many);
}

/** An aos process that answers pings, which come in hundreds; what it did is durable at the end of each turn. */
async function aos(store: Store): Promise<void> {
  const system = createSystem({ store });
  const process = await system.spawn(wasm(published.bytes(), { prepare: 'before' }));
  await process.send({ tags: { Action: 'Eval' }, data: handler });
  await system.settle();
  const pings = 480;
  serve(async () => {
    for (let sent = 1; sent < pings; sent++) await process.send({ tags: { Action: 'Ping' } });
    const last = await process.send({ tags: { Action: 'Ping' } });
    await system.settle();
    await system.flush();
    const { messages, error } = await last.outcome();
    checkPong(messages[0]?.data, error);
  }, pings);
}

await sides[name]?.();
