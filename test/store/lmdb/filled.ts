import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Id } from 'heddle';
import { type Durability, type LmdbStore, lmdbStore } from 'heddle/store/lmdb';
import { scriptOf, systemOn, take } from './crash/script.ts';
import { emptyFolder } from './folders.ts';

/** A store that was closed, and all that it holds. */
export interface Filled {
  readonly folder: string;
  /** What there is of it, from `trimmed` on. */
  readonly log: Buffer;
  readonly trimmed: number;
  readonly digest: Id;
  readonly checkpoints: ReadonlyMap<Id, Buffer>;
  readonly notes: ReadonlyMap<Id, Buffer>;
  readonly blobs: ReadonlyMap<Id, Buffer>;
}

/** A store that a system has filled, with checkpoints and notes in files and others, and blobs. */
export async function filledStore(
  durability: Durability = 'each',
  seed = 'filled',
  trimsAt: readonly number[] = [],
): Promise<Filled> {
  const folder = join(emptyFolder(), 'store');
  const store = lmdbStore(folder, { durability });
  const blobs = new Map<Id, Buffer>();
  for (const size of [0, 10, 100_000]) {
    const bytes = Buffer.alloc(size, size % 251);
    blobs.set(await store.putBlob(bytes), bytes);
  }
  const notes = new Map<Id, Buffer>();
  for (const size of [0, 300, 9_000, 40_000]) {
    const bytes = Buffer.alloc(size, (size + 1) % 251);
    await store.putNote(`note ${size}`, bytes);
    notes.set(`note ${size}`, bytes);
  }
  const system = systemOn(seed, store);
  for (const [at, step] of scriptOf(seed).entries()) {
    await take(seed, system, step);
    if (trimsAt.includes(at)) await system.trim();
  }
  const checkpoints = new Map<Id, Buffer>();
  for (const { id } of system.processes) {
    const checkpoint = await store.checkpoint(id);
    if (checkpoint) checkpoints.set(id, Buffer.from(checkpoint.bytes));
  }
  const ledger = await store.ledger();
  // It is kept like those of processes.
  if (ledger) checkpoints.set('ledger', Buffer.from(ledger.bytes));
  const { digest } = system.trace;
  const { trimmed } = store;
  await store.flush();
  const log = logOf(store);
  await system.close();
  return { folder, log, trimmed, digest, checkpoints, notes, blobs };
}

/** The log from where it begins. */
function logOf(store: LmdbStore): Buffer {
  const pieces: Uint8Array[] = [];
  let position = store.trimmed;
  for (let piece = store.read(position); piece; piece = store.read(position)) {
    pieces.push(piece.bytes);
    position += piece.bytes.length;
  }
  return Buffer.concat(pieces);
}

/** The same in another folder. */
export function copied(filled: Filled): Filled {
  const folder = join(emptyFolder(), 'store');
  cpSync(filled.folder, folder, { recursive: true });
  return { ...filled, folder };
}

/** All that a store holds, read. */
export async function readAll({ folder, checkpoints, notes, blobs }: Filled) {
  const store = lmdbStore(folder);
  try {
    const found = new Map<Id, Buffer | undefined>();
    for (const id of checkpoints.keys()) found.set(id, buffer((await store.checkpoint(id))?.bytes));
    const foundNotes = new Map<Id, Buffer | undefined>();
    for (const key of notes.keys()) foundNotes.set(key, buffer(await store.note(key)));
    const foundBlobs = new Map<Id, Buffer | undefined>();
    for (const id of blobs.keys()) foundBlobs.set(id, buffer(await store.blob(id)));
    return { log: logOf(store), checkpoints: found, notes: foundNotes, blobs: foundBlobs };
  } finally {
    await store.close();
  }
}

const buffer = (bytes: Uint8Array | undefined): Buffer | undefined => bytes && Buffer.from(bytes);
