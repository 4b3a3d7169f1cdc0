// One life of a system on a store in a folder: goes on where the one before was killed, does what is left of a script,
// and is killed itself at a moment that it is told. Says how much is durable whenever it knows, and the digest at the end.

import { readFileSync, writeSync } from 'node:fs';
import type { System } from 'heddle';
import type { Publisher } from 'heddle/arweave';
import type { Durability } from 'heddle/store/lmdb';
import { LmdbStore } from '../../../../lib/store/lmdb/lmdb-store.ts';
import { type Kill, KillingDisk } from './killing-disk.ts';
import { publisherOf, type Sink, sideItem } from './publishing.ts';
import { type Baseline, isPeopled, scriptOf, supervise, systemOn, take } from './script.ts';

/** What a life is told. */
export interface Life {
  readonly folder: string;
  readonly durability: Durability;
  readonly baseline: Omit<Baseline, 'log'>;
  /** The file with the log of the run without crashes. */
  readonly log: string;
  readonly kill?: Kill;
  /** Whether history is trimmed, by itself and by asking for it. */
  readonly trims: boolean;
  /** Where the run is published to meanwhile. Then it is trimmed only by asking for it, when all is published. */
  readonly sink?: Sink;
}

const { folder, durability, baseline, log, kill, trims, sink } = JSON.parse(process.argv[2] ?? '') as Life;
const disk = new KillingDisk(kill);
// Small batches, so that there are many moments; what is published may not rely on them to come soon.
const batch = sink ? {} : { commitMs: 2, commitBytes: 2_000, pendingBytes: 6_000 };
const store = new LmdbStore(folder, { durability, ...batch }, disk);
say(`found ${store.length}`);
say(`noted ${await checkNotes()}`);
checkPrefix(readFileSync(log));
const system = systemOn(baseline.seed, store, trims && !sink ? { bytes: 700 } : undefined);
await system.open();
if (isPeopled(system)) await supervise(system);
const publisher = sink && (await publisherOf(system, store, sink));
await goOn(system, publisher);
await system.flush();
await publisher?.settled();
await publisher?.close();
sayDurable();
const { digest } = system.trace;
await system.close();
say(`moments ${disk.moments}`);
say(`digest ${digest}`);

/** Does what is left of the script. What is in the log was taken. */
async function goOn(system: System, publisher: Publisher | undefined): Promise<void> {
  for (const [at, step] of scriptOf(baseline.seed).entries()) {
    const mark = baseline.marks[at];
    if (!mark) throw new Error(`no mark for step ${at}`);
    if (store.length < mark.length || step.do === 'flush') {
      await take(baseline.seed, system, step, mark.turns);
      if (store.length < mark.length) throw new Error(`step ${at} ended at ${store.length} of ${mark.length}`);
    }
    await note(at);
    sayDurable();
    const beside = publisher && (await sideItem(at));
    if (beside) await publisher.add(beside);
    if (at % 9 !== 4) continue;
    await publisher?.settled();
    if (trims) await system.trim();
  }
}

/** Notes that a step was taken, twice, the one in a file and the other not: the second waits for nobody. */
async function note(at: number): Promise<void> {
  await Promise.all([2 * at, 2 * at + 1].map((number) => store.putNote(noteKey(number), noteBytes(number))));
  if (at % 8 !== 0) return;
  await store.flush();
  say(`flushed ${2 * at + 2}`);
}

/** How many notes there are. Fails unless each is there with those before it and the log before it. */
async function checkNotes(): Promise<number> {
  let count = 0;
  for (let number = 0; number < 2 * baseline.marks.length; number++) {
    const bytes = await store.note(noteKey(number));
    if (!bytes) continue;
    const [length, first] = new TextDecoder().decode(bytes.subarray(0, 100)).split(' ');
    if (first !== String(number)) throw new Error(`note ${number} is another one`);
    if (number !== count) throw new Error(`note ${number} is there, and number ${count} is not`);
    if (Number(length) > store.length)
      throw new Error(`note ${number} is of ${length} bytes of log, not ${store.length}`);
    count++;
  }
  return count;
}

function noteBytes(number: number): Uint8Array {
  // Each life notes something else, in a file of its own.
  const text = `${store.length} ${number} ${process.pid} `;
  return new TextEncoder().encode(number % 4 === 0 ? text.repeat(2_000) : text);
}

function noteKey(number: number): string {
  return `note ${number}`;
}

/** Fails unless what is in the store is what the run without crashes wrote first. */
function checkPrefix(whole: Uint8Array): void {
  let position = store.trimmed;
  for (let piece = store.read(position); piece; piece = store.read(position)) {
    const { bytes } = piece;
    if (piece.position !== position) throw new Error(`a piece at ${piece.position}, not ${position}`);
    if (!whole.subarray(position, position + bytes.length).every((byte, at) => byte === bytes[at])) {
      throw new Error(`another log from ${position} on`);
    }
    position += bytes.length;
  }
  if (position !== store.length) throw new Error(`${position} bytes of ${store.length}`);
}

function sayDurable(): void {
  say(`durable ${store.durableLength}`);
}

function say(line: string): void {
  // Whoever reads it has it, whatever comes.
  writeSync(1, `${line}\n`);
}
