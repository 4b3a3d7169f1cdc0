// One life of a system on a store in a folder: goes on where the one before was killed, does what is left of a script,
// and is killed itself at a moment that it is told. Says how much is durable whenever it knows, and the digest at the end.

import { readFileSync, writeSync } from 'node:fs';
import type { System } from 'heddle';
import type { Durability } from 'heddle/store/lmdb';
import { LmdbStore } from '../../../../lib/store/lmdb/lmdb-store.ts';
import { type Kill, KillingDisk } from './killing-disk.ts';
import { type Baseline, isPeopled, scriptOf, supervise, systemOn, take } from './script.ts';

/** What a life is told. */
export interface Life {
  readonly folder: string;
  readonly durability: Durability;
  readonly baseline: Omit<Baseline, 'log'>;
  /** The file with the log of the run without crashes. */
  readonly log: string;
  readonly kill?: Kill;
}

const { folder, durability, baseline, log, kill } = JSON.parse(process.argv[2] ?? '') as Life;
const disk = new KillingDisk(kill);
const store = new LmdbStore(folder, { durability, commitMs: 2, commitBytes: 2_000, pendingBytes: 6_000 }, disk);
say(`found ${store.length}`);
checkPrefix(readFileSync(log));
const system = systemOn(baseline.seed, store);
await system.open();
if (isPeopled(system)) await supervise(system);
await goOn(system);
await system.flush();
sayDurable();
const { digest } = system.trace;
await system.close();
say(`moments ${disk.moments}`);
say(`digest ${digest}`);

/** Does what is left of the script. What is in the log was taken. */
async function goOn(system: System): Promise<void> {
  for (const [at, step] of scriptOf(baseline.seed).entries()) {
    const mark = baseline.marks[at];
    if (!mark) throw new Error(`no mark for step ${at}`);
    if (store.length >= mark.length && step.do !== 'flush') continue;
    await take(system, step, mark.turns);
    if (store.length < mark.length) throw new Error(`step ${at} ended at ${store.length} of ${mark.length}`);
    sayDurable();
  }
}

/** Fails unless what is in the store is what the run without crashes wrote first. */
function checkPrefix(whole: Uint8Array): void {
  let position = 0;
  for (let piece = store.read(0); piece; piece = store.read(position)) {
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
