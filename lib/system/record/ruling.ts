import { HeddleError } from '../../core/error.ts';
import { type ErrorCode, errorCodes } from '../../core/error-codes.ts';
import type { ByteReader } from '../../store/log/byte-reader.ts';
import type { ByteWriter } from '../../store/log/byte-writer.ts';

/**
 * What becomes of one release of an outbox: it got a slot, waits for one, waits for its moment, or goes to nobody in the
 * system and why. It is written down, so that what is read later does not depend on the limits of that day.
 */
export type Ruling =
  | { readonly kind: 'assigned' | 'waiting'; readonly process: number }
  | { readonly kind: 'timed' }
  /** The supervisor took it as a request. */
  | { readonly kind: 'taken' }
  /** It went to the members of a group. */
  | { readonly kind: 'several'; readonly rulings: readonly MemberRuling[] }
  | { readonly kind: 'out'; readonly reason: 'leaves' | ErrorCode };

/** What becomes of a message at one member of a group. */
export type MemberRuling =
  | { readonly kind: 'assigned' | 'waiting'; readonly process: number }
  | { readonly kind: 'out'; readonly process: number; readonly reason: ErrorCode };

export function writeAssigned(writer: ByteWriter, process: number): void {
  writer.number(assignedTo(process));
}

/** The number that says that it got a slot of that process. */
export const assignedTo = (process: number): number => process * 2 + firstAssigned;

export function writeWaiting(writer: ByteWriter, process: number): void {
  writer.number(process * 2 + firstWaiting);
}

export function writeTimed(writer: ByteWriter): void {
  writer.number(timed);
}

export function writeTaken(writer: ByteWriter): void {
  writer.number(taken);
}

/** Writes that a member of a group did not take it. */
export function writeRefused(writer: ByteWriter, process: number, reason: ErrorCode): void {
  writer.number(refused);
  writer.text(reason);
  writer.number(process);
}

/** Writes that so many rulings follow. */
export function writeSeveral(writer: ByteWriter, count: number): void {
  writer.number(several);
  writer.number(count);
}

export function writeOut(writer: ByteWriter, reason: 'leaves' | ErrorCode): void {
  writer.number(reason === 'leaves' ? leaves : refused);
  if (reason !== 'leaves') writer.text(reason);
}

export function readRuling(reader: ByteReader): Ruling {
  const number = reader.number();
  if (number >= firstWaiting) {
    const isAssigned = (number - firstAssigned) % 2 === 0;
    return {
      kind: isAssigned ? 'assigned' : 'waiting',
      process: (number - (isAssigned ? firstAssigned : firstWaiting)) / 2,
    };
  }
  if (number === timed) return { kind: 'timed' };
  if (number === taken) return { kind: 'taken' };
  if (number === several) {
    return { kind: 'several', rulings: Array.from({ length: reader.number() }, () => readMember(reader)) };
  }
  if (number === leaves) return { kind: 'out', reason: 'leaves' };
  const reason = reader.text();
  if (!Object.hasOwn(errorCodes, reason))
    throw new HeddleError('recording-invalid', `a log gives the reason ${reason}`);
  // It is one of them.
  return { kind: 'out', reason: reason as ErrorCode };
}

function readMember(reader: ByteReader): MemberRuling {
  const ruling = readRuling(reader);
  if (ruling.kind === 'assigned' || ruling.kind === 'waiting') return ruling;
  if (ruling.kind === 'out' && ruling.reason !== 'leaves') {
    return { kind: 'out', process: reader.number(), reason: ruling.reason };
  }
  throw new HeddleError('recording-invalid', `a log has ${ruling.kind} for a member of a group`);
}

const refused = 0;
const leaves = 1;
const timed = 2;
const taken = 3;
const several = 4;
const firstWaiting = 5;
const firstAssigned = 6;

/** The rulings over single deliveries that a ruling comes to. */
export const singleRulings = (ruling: Ruling): readonly Exclude<Ruling, { kind: 'several' }>[] =>
  ruling.kind === 'several' ? ruling.rulings : [ruling];

/** The members of a group that did not take a message. */
export const refusals = (ruling: Ruling): readonly Extract<MemberRuling, { kind: 'out' }>[] =>
  ruling.kind === 'several' ? ruling.rulings.filter((one) => one.kind === 'out') : [];
