// A publisher that ends at any moment: the next one goes on, everything is there once, and nothing is paid twice.

import { createSystem, memoryStore, type Notes, type System } from 'heddle';
import {
  arweaveSigner,
  type Fetch,
  generateArweaveKey,
  type ItemUploader,
  type PublishOptions,
  publish,
  transactionUploader,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { quickClock } from '../served.ts';
import { type MemoryNode, memoryNode } from './node.ts';
import { bundler, checkItems, lightRun, modules, more, signer } from './runs.ts';

const payer = arweaveSigner(await generateArweaveKey());
const limits = { bundleItems: 25, bundleBytes: 400_000 };

type Step = <T>(work: () => T | Promise<T>) => Promise<T>;

/** Counts what a life does, and ends it at the step `last`: that one is done or not, and what comes after is not. */
function life(last: number, isDone: boolean) {
  let steps = 0;
  let over = () => {};
  const ended = new Promise<void>((resolve) => {
    over = resolve;
  });
  const never = new Promise<never>(() => {});
  const step: Step = async (work) => {
    const at = steps++;
    if (at < last) return work();
    over();
    if (at === last && isDone) await work();
    return never;
  };
  return { step, ended, steps: () => steps };
}

const countedNotes = (notes: Notes, step: Step): Notes => ({
  note: (key) => step(() => notes.note(key)),
  putNote: (key, bytes) => step(() => notes.putNote(key, bytes)),
});

const aborted = (signal: AbortSignal | null | undefined) =>
  new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));

/** Publishes all in one life that ends after so many steps and another that does not. Says how many steps the first took. */
async function twoLives(
  system: System,
  options: (step: Step) => Omit<PublishOptions, 'signer'>,
  last: number,
  isDone: boolean,
): Promise<number> {
  const one = life(last, isDone);
  const first = publish(system, { signer, limits, clock: quickClock(), ...options(one.step) });
  const all = first.then((publisher) => publisher.settled()).catch(() => {});
  await Promise.race([all, one.ended]);
  // One that reads its notes for ever has not begun.
  await Promise.race([first.then((publisher) => publisher.close()), new Promise((resolve) => setTimeout(resolve, 5))]);
  const other = options(async (work) => work());
  const second = await publish(system, { signer, limits, clock: quickClock(), ...other });
  await second.settled();
  assert.is(second.backlog.slots, 0);
  await second.close();
  return one.steps();
}

/** A run with two messages that take several chunks. */
async function run(): Promise<System> {
  const system = await lightRun();
  for (const data of ['l', 'o']) await system.processes[0]?.send({ data: data.repeat(300_000) });
  await system.settle();
  return system;
}

/** Each step that a life takes, done or not. */
async function* endings(lives: (last: number, isDone: boolean) => Promise<number>) {
  const steps = await lives(Number.POSITIVE_INFINITY, true);
  for (let last = 0; last < steps; last++) for (const isDone of [false, true]) yield { last, isDone, steps };
}

test('transactions: each is paid once, wherever the first life ends', async () => {
  const system = await run();
  const lives = async (last: number, isDone: boolean) => {
    const [notes, node] = [memoryStore(), memoryNode()];
    const steps = await twoLives(system, optionsFor(notes, node), last, isDone);
    await checkItems(node.items(), system);
    return steps;
  };
  let [endingsTried, most] = [0, 0];
  for await (const { last, isDone, steps } of endings(lives)) {
    await lives(last, isDone);
    endingsTried++;
    most = steps;
  }
  assert.is(endingsTried, most * 2);
  assert.ok(most > 25, `${most} steps`);
});

function optionsFor(notes: Notes, node: MemoryNode) {
  return (step: Step) => {
    const fetch: Fetch = (url, init) => Promise.race([step(() => node.fetch(url, init)), aborted(init.signal)]);
    const how = { fetch, clock: quickClock(), limits: { requests: 1 } };
    const uploader = transactionUploader({ urls: ['http://node'], signer: payer, mostWinston: 1_000n, ...how });
    return { uploader, notes: countedNotes(notes, step) };
  };
}

for (const as of ['bundles', 'items'] as const) {
  test(`a bundler gets the same ${as}, wherever the first life ends`, async () => {
    const system = await run();
    const lives = async (last: number, isDone: boolean) => {
      const [notes, sink] = [memoryStore(), bundler()];
      const options = (step: Step) => {
        const upload: ItemUploader['upload'] = (item) => step(() => sink.upload(item));
        return { uploader: { upload }, as, notes: countedNotes(notes, step) };
      };
      const steps = await twoLives(system, options, last, isDone);
      await checkItems(await sink.items(), system);
      return steps;
    };
    for await (const { last, isDone } of endings(lives)) await lives(last, isDone);
  });
}

test('what has happened since goes to bundles of its own', async () => {
  const store = memoryStore();
  const system = await lightRun({ store });
  const node = memoryNode();
  const one = life(7, true);
  const first = await publish(system, { signer, limits, clock: quickClock(), ...optionsFor(store, node)(one.step) });
  await one.ended;
  // What it waits for never comes.
  void first.close();
  await more(system, 30);
  await system.close();

  const next = createSystem({ seed: 'published', signer, modules, store });
  await next.open();
  await more(next, 30);
  const second = await publish(next, {
    signer,
    clock: quickClock(),
    ...optionsFor(store, node)(async (work) => work()),
  });
  await second.settled();
  await checkItems(node.items(), next);
  await second.close();
  await next.close();
});

test('the hash chain goes on where the notes of a schedule are lost', async () => {
  const store = memoryStore();
  const system = await lightRun({ store });
  const sink = bundler();
  const kept = new Map<string, Uint8Array>();
  const journalOnly: Notes = {
    note: (key) => kept.get(key),
    // The ends of schedules are lists.
    putNote: (key, bytes) => void (new TextDecoder().decode(bytes).startsWith('{') && kept.set(key, bytes)),
  };
  for (let lives = 0; lives < 3; lives++) {
    const publisher = await publish(system, {
      signer,
      uploader: sink,
      notes: { ...journalOnly },
      clock: quickClock(),
    });
    await publisher.settled();
    await publisher.close();
    await more(system, 20);
  }
  const publisher = await publish(system, { signer, uploader: sink, notes: journalOnly, clock: quickClock() });
  await publisher.settled();
  await checkItems(await sink.items(), system);
  await publisher.close();
});

test.run();
