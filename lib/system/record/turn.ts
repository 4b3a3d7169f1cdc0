import type { Sent } from '../../compute/sent.ts';
import type { Moment } from '../../core/clock.ts';
import type { Mail } from '../../process/mail.ts';
import type { Process } from '../../process/process.ts';
import type { ByteReader } from '../../store/log/byte-reader.ts';
import { type ByteWriter, putNumber, putShortText } from '../../store/log/byte-writer.ts';
import type { Ledger } from '../ledger.ts';
import { epochMoment, kinds } from './kinds.ts';
import { firstProcess, forms, writeTags, writeUnusual } from './outcome.ts';
import { assignedTo, writeOut } from './ruling.ts';

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

/** Writes the beginning of a turn's record. */
export function writeTurn(
  writer: ByteWriter,
  kind: number,
  position: number,
  process: Process,
  mail: Mail,
  root: number,
  admitted: number,
): void {
  const { moment = epochMoment, index } = mail;
  // Most of these are as they usually are, and there may be ten million turns.
  const given =
    (process.lastTurn >= 0 ? parts.before : 0) +
    (index > 0 ? parts.index : 0) +
    (isEpoch(moment) ? 0 : parts.moment) +
    (admitted > 0 ? parts.admitted : 0);
  writer.byte(kind);
  writer.byte(given);
  writer.number(process.index);
  writer.number(mail.slot);
  writer.number(position - mail.position);
  writer.number(position - root);
  if (process.lastTurn >= 0) writer.number(position - process.lastTurn);
  if (index > 0) writer.number(index);
  if (given & parts.moment) writeMoment(writer, moment);
  if (admitted > 0) writer.number(admitted);
}

/**
 * Writes the record of a turn that sent one plain message, which got a slot of that process or left, or nothing: what
 * {@link writeTurn}, `writeOutcome` and `writeAssigned` write, in one row.
 */
export function writePlainTurn(
  writer: ByteWriter,
  position: number,
  process: Process,
  mail: Mail,
  root: number,
  sent: Sent | undefined,
  to: Process | 'leaves' | undefined,
): void {
  const { index, moment = epochMoment } = mail;
  const { lastTurn } = process;
  const isTimed = !isEpoch(moment);
  writer.reserve(13);
  let { bytes, at } = writer;
  bytes[at++] = kinds.turn;
  bytes[at++] = (lastTurn >= 0 ? parts.before : 0) + (index > 0 ? parts.index : 0) + (isTimed ? parts.moment : 0);
  at = putNumber(bytes, at, process.index);
  at = putNumber(bytes, at, mail.slot);
  at = putNumber(bytes, at, position - mail.position);
  at = putNumber(bytes, at, position - root);
  if (lastTurn >= 0) at = putNumber(bytes, at, position - lastTurn);
  if (index > 0) at = putNumber(bytes, at, index);
  if (isTimed) {
    writer.at = at;
    writeMoment(writer, moment);
    writer.reserve(5);
    ({ bytes, at } = writer);
  }
  bytes[at++] = forms.messages;
  bytes[at++] = sent ? 1 : 0;
  if (!sent || !to || to === 'leaves') {
    writer.at = at;
    if (sent) writeLeaving(writer, sent);
    return;
  }
  at = putNumber(bytes, at, to.index + firstProcess);
  at = putNumber(bytes, at, sent.position * 2);
  const end = sent.own.length > 0 ? -1 : putShortText(bytes, at + 1, sent.data);
  if (end < 0) {
    writer.at = at;
    writeTags(writer, sent.own);
    writer.text(sent.data);
    writer.number(assignedTo(to.index));
    return;
  }
  bytes[at] = 0;
  writer.at = putNumber(bytes, end, assignedTo(to.index));
}

function writeLeaving(writer: ByteWriter, sent: Sent): void {
  writeUnusual(writer, sent, undefined);
  writeOut(writer, 'leaves');
}

const isEpoch = ({ timestampMs, blockHeight }: Moment): boolean =>
  timestampMs === epochMoment.timestampMs && blockHeight === epochMoment.blockHeight;

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
