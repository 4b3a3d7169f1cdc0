import type { Moment } from '../../core/clock.ts';
import type { Mail } from '../../process/mail.ts';
import type { Process } from '../../process/process.ts';
import type { ByteReader } from '../../store/log/byte-reader.ts';
import { type ByteWriter, putNumber } from '../../store/log/byte-writer.ts';
import type { Ledger } from '../ledger.ts';
import { epochMoment } from './kinds.ts';

/** What a turn's record begins with. With it, any turn can be done again without reading the log from its beginning. */
export interface TurnHeader {
  readonly process: Process;
  readonly slot: number;
  /** Where its mail was delivered: the position of the record, and which of the deliveries. */
  readonly mailPosition: number;
  readonly mailIndex: number;
  /** When its mail got its slot. */
  readonly moment: Moment;
  /** The position of the process's turn before; -1 if there is none. */
  readonly before: number;
  /** The position of the message from outside that the chain of messages goes back to. */
  readonly root: number;
  /** How much mail that waited got its slot. */
  readonly admitted: number;
}

export function writeTurn(
  writer: ByteWriter,
  position: number,
  process: Process,
  mail: Mail,
  root: number,
  admitted: number,
): void {
  const { moment = epochMoment, index } = mail;
  const isTimed = moment.timestampMs !== epochMoment.timestampMs || moment.blockHeight !== epochMoment.blockHeight;
  // Most of these are as they usually are, and there may be ten million turns.
  const given =
    (process.lastTurn >= 0 ? parts.before : 0) +
    (index > 0 ? parts.index : 0) +
    (isTimed ? parts.moment : 0) +
    (admitted > 0 ? parts.admitted : 0);
  writer.reserve(8);
  const { bytes } = writer;
  let at = putNumber(bytes, writer.at, given);
  at = putNumber(bytes, at, process.index);
  at = putNumber(bytes, at, mail.slot);
  at = putNumber(bytes, at, position - mail.position);
  at = putNumber(bytes, at, position - root);
  if (process.lastTurn >= 0) at = putNumber(bytes, at, position - process.lastTurn);
  if (index > 0) at = putNumber(bytes, at, index);
  writer.at = at;
  if (isTimed) writeMoment(writer, moment);
  if (admitted > 0) writer.number(admitted);
}

export function readTurn(reader: ByteReader, position: number, ledger: Ledger): TurnHeader {
  const given = reader.byte();
  return {
    process: ledger.at(reader.number()),
    slot: reader.number(),
    mailPosition: position - reader.number(),
    root: position - reader.number(),
    before: given & parts.before ? position - reader.number() : -1,
    mailIndex: given & parts.index ? reader.number() : 0,
    moment: given & parts.moment ? readMoment(reader) : epochMoment,
    admitted: given & parts.admitted ? reader.number() : 0,
  };
}

/** What a turn's record has that may be left out. */
const parts = { before: 1, index: 2, moment: 4, admitted: 8 };

export function writeMoment(writer: ByteWriter, { timestampMs, blockHeight }: Moment): void {
  writer.signed(timestampMs - epochMoment.timestampMs);
  writer.signed(blockHeight - epochMoment.blockHeight);
}

export const readMoment = (reader: ByteReader): Moment => ({
  timestampMs: epochMoment.timestampMs + reader.signed(),
  blockHeight: epochMoment.blockHeight + reader.signed(),
});
