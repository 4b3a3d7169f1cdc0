import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../../core/error.ts';
import type { LogBase } from '../store.ts';
import { contentName, contentNames, isMissing, isRefused } from './content-files.ts';
import { basesFolder } from './folder.ts';
import { type BasePlace, type BasePlaces, basesKey, readBase, readBasePlaces } from './records.ts';
import type { Tables } from './tables.ts';

/** A base that is good, and its file. */
export interface GoodBase {
  readonly place: BasePlace;
  readonly base: LogBase;
}

/** Where the log of a store begins, as far as its bases say. */
export interface LogStart {
  /** From where on it is read. */
  readonly position: number;
  /** What it begins with; undefined if all of it is there. */
  readonly trimmed: GoodBase | undefined;
  /** The newest base, if it is good. */
  readonly newest: GoodBase | undefined;
  /** Whether it was trimmed, and nothing that it could begin with is good. */
  readonly isLost: boolean;
}

/** Looks where a log begins; undefined if nobody says so. Tells of that, and of each base that is not as it was written. */
export function startOf(folder: string, tables: Tables, tell: (reason: string) => void): LogStart | undefined {
  const room = tables.heads.get(basesKey);
  const places = room && readBasePlaces(room);
  if (!room) return wholeLog;
  if (!places) {
    tell('it is not said where the log begins');
    return undefined;
  }
  const newest = goodBase(folder, places.newest, tell);
  if (!places.trimmed) return { ...wholeLog, newest };
  const isSame = places.trimmed.file === places.newest.file;
  const trimmed = (isSame ? undefined : goodBase(folder, places.trimmed, tell)) ?? newest;
  return { position: trimmed?.place.position ?? 0, trimmed, newest: newest ?? trimmed, isLost: !trimmed };
}

/** The places where a log may begin of which nobody says where it does: at its beginning, and behind each good base. */
export function possibleStarts(folder: string): readonly LogStart[] {
  const names = namesIn(folder).filter((name) => contentNames.test(name));
  const bases = names.flatMap((file) => goodBase(folder, { position: Number.NaN, file }, () => {}) ?? []);
  bases.sort((one, other) => one.place.position - other.place.position);
  return [
    wholeLog,
    ...bases.map((one) => ({ position: one.place.position, trimmed: one, newest: one, isLost: false })),
  ];
}

/** What is said of the bases of a log that goes to `length`. */
export function placesOf({ trimmed, newest }: LogStart, length: number): BasePlaces | undefined {
  const place = newest && newest.place.position <= length ? newest.place : trimmed?.place;
  return place && { newest: place, trimmed: trimmed?.place };
}

export const wholeLog: LogStart = { position: 0, trimmed: undefined, newest: undefined, isLost: false };

function goodBase(folder: string, { file, position }: BasePlace, tell: (reason: string) => void): GoodBase | undefined {
  try {
    const bytes = readFileSync(join(folder, basesFolder, file));
    const base = contentName(bytes) === file ? readBase(bytes) : undefined;
    const isRight = base && (Number.isNaN(position) || base.position === position);
    if (isRight) return { place: { position: base.position, file }, base };
    tell(`${basesFolder}/${file} has other bytes than were written`);
  } catch (error) {
    if (isRefused(error)) throw error;
    tell(`${basesFolder}/${file} ${isMissing(error) ? 'is missing' : `cannot be read: ${reasonOf(error)}`}`);
  }
  return undefined;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(join(folder, basesFolder));
  } catch (error) {
    // Stores that never were trimmed may have none.
    if (isMissing(error)) return [];
    throw error;
  }
}
