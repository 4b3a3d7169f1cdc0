import { pack, unpack } from 'msgpackr';
import type { Id } from '../../core/id.ts';
import type { LogBase } from '../store.ts';
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

/** A base in its file. */
export interface BasePlace {
  readonly position: number;
  readonly file: string;
}

/** The newest base, and the one behind which the log is there; undefined while all of it is. */
export interface BasePlaces {
  readonly newest: BasePlace;
  readonly trimmed: BasePlace | undefined;
}

const version = 1;

export const headKey = 'head';

export const writeHead = ({ length }: Head): Uint8Array => sealed(headKey, pack([version, length]));

export function readHead(room: Uint8Array): Head | undefined {
  const [length] = fields(headKey, room) ?? [];
  return isCount(length) ? { length } : undefined;
}

export const basesKey = 'bases';

export const writeBasePlaces = ({ newest, trimmed }: BasePlaces): Uint8Array =>
  sealed(basesKey, pack([version, newest.position, newest.file, trimmed?.position ?? null, trimmed?.file ?? null]));

export function readBasePlaces(room: Uint8Array): BasePlaces | undefined {
  const [position, file, trimmedPosition, trimmedFile] = fields(basesKey, room) ?? [];
  const newest = placeOf(position, file);
  return newest && { newest, trimmed: placeOf(trimmedPosition, trimmedFile) };
}

const placeOf = (position: unknown, file: unknown): BasePlace | undefined =>
  isCount(position) && typeof file === 'string' ? { position, file } : undefined;

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

/** A base's file: how long its first part is, where everything is, the ledger, and the records that are kept. */
export function writeBase({ position, bytes, kept }: LogBase): readonly Uint8Array[] {
  const positions = kept.map((piece) => piece.position);
  const lengths = kept.map((piece) => piece.bytes.length);
  const first = pack([version, position, bytes.length, positions, lengths]);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, first.length);
  return [length, first, bytes, Buffer.concat(kept.map((piece) => piece.bytes))];
}

/** Reads a base out of its file, which is as it was written; undefined if it is none. */
export function readBase(file: Uint8Array): LogBase | undefined {
  if (file.length < 4) return undefined;
  let at = 4 + new DataView(file.buffer, file.byteOffset).getUint32(0);
  const [position, ledgerBytes, positions, lengths] = known(file.subarray(4, at)) ?? [];
  if (!isCount(position) || !isCount(ledgerBytes) || !Array.isArray(positions) || !Array.isArray(lengths)) {
    return undefined;
  }
  const take = (bytes: number): Uint8Array => {
    at += bytes;
    return file.subarray(at - bytes, at);
  };
  const bytes = take(ledgerBytes);
  return { position, bytes, kept: positions.map((one, index) => ({ position: one, bytes: take(lengths[index]) })) };
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
