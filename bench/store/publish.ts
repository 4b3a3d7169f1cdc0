/**
 * `<items> <transactions|bundler> <time|memory>`: publishes a run of so many items to a sink, in a program of its own, and
 * says what that took.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { behavior, createSystem, memoryStore, type SignedContent, type System } from 'heddle';
import {
  arweaveSigner,
  assignmentItem,
  ed25519Signer,
  generateArweaveKey,
  generateEd25519Key,
  itemUploader,
  publish,
  transactionUploader,
} from 'heddle/arweave';

/** What was measured of a publication. */
export interface Measured {
  readonly items: number;
  readonly publishMs: number;
  /** How long the signer alone takes to sign as many. */
  readonly signMs: number;
  /** How much larger the heap was at most when a bundle had gone, without garbage, and the process; 0 if time was measured. */
  readonly heapBytes: number;
  readonly processBytes: number;
}

const [count = '10000', way = 'transactions', what = 'time'] = process.argv.slice(2);
const signer = ed25519Signer(generateEd25519Key());
const sink = fork(new URL('./sink.ts', import.meta.url), { execArgv: process.execArgv });
const url = await urlOf(sink);
const uploader =
  way === 'transactions'
    ? transactionUploader({ urls: [url], signer: arweaveSigner(await generateArweaveKey()), mostWinston: 1n })
    : itemUploader({ url });
// First to warm up.
await measure(4_000);
process.stdout.write(JSON.stringify(await measure(Number(count))));
sink.disconnect();

async function measure(wanted: number): Promise<Measured> {
  const store = memoryStore();
  const system = await run(store, wanted);
  globalThis.gc?.();
  const before = process.memoryUsage();
  let [heapBytes, processBytes] = [0, 0];
  const look = () => {
    globalThis.gc?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    heapBytes = Math.max(heapBytes, heapUsed + external - before.heapUsed - before.external);
    processBytes = Math.max(processBytes, rss - before.rss);
  };
  const startMs = performance.now();
  const publisher = await publish(system, {
    signer,
    uploader,
    notes: store,
    ...(what === 'memory' && { onProgress: look }),
  });
  await publisher.settled();
  const publishMs = performance.now() - startMs;
  const { items } = publisher.backlog.published;
  await publisher.close();
  const signMs = await signing(system, items);
  await system.close();
  return { items, publishMs, signMs, heapBytes, processBytes };
}

/** Messages from outside, each of which is sent on once: four items each. */
async function run(store: ReturnType<typeof memoryStore>, count: number): Promise<System> {
  const system = createSystem({ seed: 'publish', store, signer, limits: { turnsPerRun: Number.MAX_SAFE_INTEGER } });
  const last = await system.spawn(behavior<number>({ init: () => 0, receive: (heard) => heard + 1 }, { name: 'last' }));
  const first = behavior<number>(
    {
      init: () => 0,
      receive(heard, message, turn) {
        turn.send({ target: last.id, tags: { Action: 'Note' }, data: message.data });
        return heard + 1;
      },
    },
    { name: 'first' },
  );
  const process = await system.spawn(first);
  for (let sent = 0; sent * 4 < count; sent++) {
    await process.send({ tags: { Action: 'Say' }, data: `message number ${sent}` });
    if (sent % 1_000 === 999) await system.settle();
  }
  await system.settle();
  return system;
}

/** How long the signer takes for as many such items, whose contents are made before. */
async function signing(system: System, count: number): Promise<number> {
  const contents: SignedContent[] = [];
  for (const process of system.processes) {
    for await (const { assignment } of process.history()) {
      const { target, anchor, tags, data } = assignment.message;
      contents.push({ target, anchor, tags, data });
      contents.push({ target: '', anchor: null, tags: assignmentItem(assignment, signer).tags, data: '' });
      if (assignment.slot === 500) break;
    }
  }
  const startMs = performance.now();
  for (let left = count; left > 0; left -= contents.length) {
    for (const content of contents.slice(0, left)) signer.signMessage(content);
  }
  return performance.now() - startMs;
}

async function urlOf(child: ChildProcess): Promise<string> {
  const [port] = await once(child, 'message');
  return `http://127.0.0.1:${port}`;
}
