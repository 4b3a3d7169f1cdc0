import { pack, unpack } from 'msgpackr';
import type { Id } from '../../core/id.ts';
import { sealed, unsealed } from './sealed.ts';

/** How far the log goes. It is written together with what it goes to. */
export interface Head {
  readonly length: number;
}

/** Where a checkpoint is. */
export interface Reference {
  readonly slot: number;
  /** How long the log was when it was taken: a log that ends earlier may not have come to its slot. */
  readonly logLength: number;
  /** The name of its file; undefined if its bytes are here. */
  readonly file: string | undefined;
  readonly bytes: Uint8Array | undefined;
}

/** A blob that is in its file. */
export interface BlobEntry {
  readonly length: number;
}

const version = 1;

export const headKey = 'head';

export const writeHead = ({ length }: Head): Uint8Array => sealed(headKey, pack([version, length]));

export function readHead(room: Uint8Array): Head | undefined {
  const [length] = fields(headKey, room) ?? [];
  return isCount(length) ? { length } : undefined;
}

export const writeReference = (process: Id, { slot, logLength, file, bytes }: Reference): Uint8Array =>
  sealed(process, pack([version, slot, logLength, file ?? null, bytes ?? null]));

export function readReference(process: Id, room: Uint8Array): Reference | undefined {
  const [slot, logLength, file, bytes] = fields(process, room) ?? [];
  if (!isCount(slot) || !isCount(logLength)) return undefined;
  if (typeof file === 'string') return { slot, logLength, file, bytes: undefined };
  return bytes instanceof Uint8Array ? { slot, logLength, file: undefined, bytes } : undefined;
}

export const writeBlobEntry = (id: Id, { length }: BlobEntry): Uint8Array => sealed(id, pack([version, length]));

export function readBlobEntry(id: Id, room: Uint8Array): BlobEntry | undefined {
  const [length] = fields(id, room) ?? [];
  return isCount(length) ? { length } : undefined;
}

/** What a checkpoint's file begins with, so that it says by itself whose it is. */
export function checkpointHeader(process: Id, slot: number): Uint8Array {
  const header = pack([version, process, slot]);
  return Buffer.concat([Uint8Array.of(header.length), header]);
}

/** Whose checkpoint a file has, of which slot, and where its bytes begin; undefined if it has none. */
export function readCheckpointHeader(file: Uint8Array): { process: Id; slot: number; from: number } | undefined {
  const from = 1 + (file[0] ?? 0);
  const [process, slot] = known(file.subarray(1, from)) ?? [];
  return typeof process === 'string' && isCount(slot) ? { process, slot, from } : undefined;
}

function fields(where: string, room: Uint8Array): readonly unknown[] | undefined {
  const bytes = unsealed(where, room);
  return bytes && known(bytes);
}

/** What follows the version of a record. */
function known(bytes: Uint8Array): readonly unknown[] | undefined {
  try {
    const values: unknown = unpack(bytes);
    return Array.isArray(values) && values[0] === version ? values.slice(1) : undefined;
  } catch {
    // It is not one of ours.
    return undefined;
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
