import { Sent } from '../../compute/sent.ts';
import { TurnOutcome } from '../../compute/turn-outcome.ts';
import { HeddleError } from '../../core/error.ts';
import { type ErrorCode, errorCodes } from '../../core/error-codes.ts';
import type { Json } from '../../core/json.ts';
import { type OutboxAssignment, type Outcome, outcomeText } from '../../core/outcome.ts';
import { frozenTag, type Tag, type Tags } from '../../core/tags.ts';
import type { Process } from '../../process/process.ts';
import type { ByteReader } from '../../store/log/byte-reader.ts';
import type { ByteWriter } from '../../store/log/byte-writer.ts';
import type { Log } from '../../store/log/log.ts';
import type { Ledger } from '../ledger.ts';

/** Writes an outcome: one of a behavior by what the behavior said, any other as its JSON. */
export function writeOutcome(log: Log, outcome: Outcome, ledger: Ledger): void {
  if (!(outcome instanceof TurnOutcome)) {
    writeJson(log, outcome);
    return;
  }
  const { writer } = log;
  const { messages } = outcome;
  writer.byte(outcome.hasMore ? forms.turn : forms.messages);
  writeAllSent(writer, messages, ledger);
  if (outcome.hasMore) writeMore(writer, outcome, ledger);
}

function writeMore(writer: ByteWriter, { spawns, assignments, output }: TurnOutcome, ledger: Ledger): void {
  writeAllSent(writer, spawns, ledger);
  writer.text(JSON.stringify(assignments));
  writer.text(JSON.stringify(output));
}

function writeJson(log: Log, outcome: Outcome): void {
  const { writer } = log;
  writer.byte(forms.json);
  writer.text(outcomeText(outcome));
  writer.text(outcome.fault ?? '');
  // How much gas is used depends on how the module was prepared; what a run comes to does not.
  log.writeAside(outcome.gasUsed);
}

/** Reads an outcome of the turn at `slot`. */
export function readOutcome(reader: ByteReader, slot: number, ledger: Ledger): Outcome {
  const form = reader.byte();
  if (form === forms.json) return readJson(reader);
  if (form !== forms.messages && form !== forms.turn) {
    throw new HeddleError('recording-invalid', `a log has an outcome of form ${form}`);
  }
  const outcome = new TurnOutcome();
  outcome.messages = readAll(reader, () => readSent(reader, slot, ledger));
  if (form === forms.messages) return outcome;
  outcome.spawns = readAll(reader, () => readSent(reader, slot, ledger));
  // They were written from values of these types.
  outcome.assignments = JSON.parse(reader.text()) as OutboxAssignment[];
  outcome.output = JSON.parse(reader.text()) as Json;
  return outcome;
}

function readJson(reader: ByteReader): Outcome {
  // It was written from an outcome.
  const [messages, spawns, assignments, output, error] = JSON.parse(reader.text()) as [
    Outcome['messages'],
    Outcome['spawns'],
    Outcome['assignments'],
    Json,
    Json?,
  ];
  const fault = reader.text();
  const gasUsed = reader.long();
  return {
    messages,
    spawns,
    assignments,
    output,
    ...(error !== undefined && { error }),
    ...(Object.hasOwn(errorCodes, fault) && { fault: fault as ErrorCode }),
    gasUsed,
  };
}

function writeAllSent(writer: ByteWriter, all: readonly Sent[], ledger: Ledger): void {
  writer.number(all.length);
  for (let index = 0; index < all.length; index++) {
    // In range.
    writeSent(writer, all[index] as Sent, ledger);
  }
}

/** To whom, by what number if it is a process; which of the turn's sends; when; and what. */
function writeSent(writer: ByteWriter, sent: Sent, ledger: Ledger): void {
  const { target, own, data, delayMs, position } = sent;
  const to = target === undefined ? undefined : ledger.find(target);
  if (!to || delayMs !== undefined || own.length > 0) {
    writeUnusual(writer, sent, to);
    return;
  }
  writer.number(to.index + firstProcess);
  writer.number(position * 2);
  writer.number(0);
  writer.text(data);
}

/** Writes what a turn sends to whomever, whenever and with whatever tags. */
export function writeUnusual(
  writer: ByteWriter,
  { target, own, data, delayMs, position }: Sent,
  to: Process | undefined,
): void {
  writer.number(to ? to.index + firstProcess : target === undefined ? nobody : other);
  if (!to && target !== undefined) writer.text(target);
  const isDelayed = delayMs !== undefined;
  writer.number(position * 2 + (isDelayed ? 1 : 0));
  if (isDelayed) writer.text(String(delayMs));
  writeTags(writer, own);
  writer.text(data);
}

function readSent(reader: ByteReader, slot: number, ledger: Ledger): Sent {
  const to = reader.number();
  const target = to >= firstProcess ? ledger.at(to - firstProcess).id : to === other ? reader.text() : undefined;
  const position = reader.number();
  const delayMs = position % 2 === 1 ? Number(reader.text()) : undefined;
  const own = readTags(reader);
  return new Sent(target, own, reader.text(), delayMs, slot, Math.floor(position / 2));
}

export function writeTags(writer: Log['writer'], tags: Tags): void {
  writer.number(tags.length);
  for (let at = 0; at < tags.length; at++) {
    // In range.
    const { name, value } = tags[at] as Tag;
    writer.text(name);
    writer.text(value);
  }
}

export const readTags = (reader: ByteReader): Tags => readAll(reader, () => frozenTag(reader.text(), reader.text()));

function readAll<T>(reader: ByteReader, read: () => T): T[] {
  const all: T[] = [];
  for (let left = reader.number(); left > 0; left--) all.push(read());
  return all;
}

/** How an outcome is written. */
export const forms = { json: 0, messages: 1, turn: 2 };
const nobody = 0;
const other = 1;
/** The number of the first process among those that something is sent to. */
export const firstProcess = 2;
