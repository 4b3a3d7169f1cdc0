import type { Module } from '../../compute/executor.ts';
import type { ByteReader } from '../../store/log/byte-reader.ts';
import type { ByteWriter } from '../../store/log/byte-writer.ts';
import { InboundItem, InboundMessage } from '../inbound-message.ts';
import type { Ledger } from '../ledger.ts';
import { readTags, writeTags } from './outcome.ts';

/** Writes a message from outside. */
export function writeMessage(writer: ByteWriter, message: InboundMessage): void {
  const { to, speaker, from, own, data, anchor, sequence } = InboundMessage.contentOf(message);
  writer.number(sequence);
  writer.number(to.index);
  writer.byte((speaker ? parts.speaker : from === undefined ? 0 : parts.from) + (anchor === null ? 0 : parts.anchor));
  if (speaker) writer.number(speaker.index);
  else if (from !== undefined) writer.text(from);
  if (anchor !== null) writer.text(anchor);
  writeTags(writer, own);
  writer.text(data);
}

export function readMessage(reader: ByteReader, position: number, ledger: Ledger): InboundMessage {
  const sequence = reader.number();
  const to = ledger.at(reader.number());
  const given = reader.byte();
  const speaker = given & parts.speaker ? ledger.at(reader.number()) : undefined;
  const from = speaker?.id ?? (given & parts.from ? reader.text() : undefined);
  const anchor = given & parts.anchor ? reader.text() : null;
  const own = readTags(reader);
  const message = new InboundMessage({ to, speaker, from, own, data: reader.text(), anchor, sequence }, ledger.carrier);
  InboundMessage.recordedAt(message, position);
  return message;
}

/** Writes the item of a process that is spawned from outside. */
export function writeItem(writer: ByteWriter, item: InboundItem, ledger: Ledger): void {
  const { owner, own, data, sequence } = InboundItem.contentOf(item);
  const module = InboundItem.moduleOf(item);
  writer.number(sequence);
  writeModule(writer, module, ledger);
  writer.byte(owner === undefined ? 0 : parts.from);
  if (owner !== undefined) writer.text(owner);
  writeTags(writer, own);
  writer.text(data);
}

export function readItem(reader: ByteReader, position: number, ledger: Ledger): InboundItem {
  const sequence = reader.number();
  const module = readModule(reader, ledger);
  const owner = reader.byte() & parts.from ? reader.text() : undefined;
  const own = readTags(reader);
  const item = new InboundItem({ owner, own, data: reader.text(), sequence }, module, ledger.carrier);
  InboundItem.recordedAt(item, position);
  return item;
}

/** Writes a module: its number if the log has it already, its id if not. */
export function writeModule(writer: ByteWriter, module: Module, ledger: Ledger): void {
  const known = ledger.moduleNumber(module);
  writer.number(known === undefined ? 0 : known + 1);
  if (known === undefined) writer.text(module.id);
}

export function readModule(reader: ByteReader, ledger: Ledger): Module {
  const number = reader.number();
  return number === 0 ? ledger.module(reader.text()) : ledger.moduleAt(number - 1);
}

/** What a record has of what may be left out. */
const parts = { from: 1, speaker: 2, anchor: 4 };
