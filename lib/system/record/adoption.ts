import type { Assignment } from '../../core/assignment.ts';
import type { Message } from '../../core/message.ts';
import type { Base } from '../../process/adoption.ts';
import { FollowedMail } from '../../process/mail.ts';
import type { Process } from '../../process/process.ts';
import type { ByteReader } from '../../store/log/byte-reader.ts';
import type { ByteWriter } from '../../store/log/byte-writer.ts';
import { type Adopted, AdoptedItem } from '../adopted-item.ts';
import type { Ledger } from '../ledger.ts';
import { SignedMessage } from '../signed-message.ts';
import { readModule, writeModule } from './inbound.ts';
import { readTags, writeTags } from './outcome.ts';
import { readMoment, writeMoment } from './turn.ts';

/** Writes the item of a process that began elsewhere. */
export function writeAdopted(writer: ByteWriter, { item, module, base }: Adopted, ledger: Ledger): void {
  writeModule(writer, module, ledger);
  writeSigned(writer, item);
  writer.number(base ? base.slot + 1 : 0);
  if (!base) return;
  writer.text(base.id);
  writer.text(base.hashChain);
  writeMoment(writer, base.moment);
  writer.text(base.state);
}

export function readAdopted(reader: ByteReader, position: number, ledger: Ledger): AdoptedItem {
  const module = readModule(reader, ledger);
  const item = readSigned(reader);
  const slot = reader.number() - 1;
  const base = slot < 0 ? undefined : readBase(reader, slot);
  return new AdoptedItem({ item, module, base }, position);
}

function readBase(reader: ByteReader, slot: number): Base {
  const [id, hashChain] = [reader.text(), reader.text()];
  return { slot, id, hashChain, moment: readMoment(reader), state: reader.text() };
}

/** Writes a slot that was given elsewhere. */
export function writeFollowed(writer: ByteWriter, process: Process, assignment: Assignment): void {
  const { id, epoch, message, exclude } = assignment;
  const isItem = message.id === process.id;
  writer.number(process.index);
  writer.byte((isItem ? slotParts.item : 0) + (exclude.length > 0 ? slotParts.exclude : 0));
  writer.text(id);
  writer.number(epoch);
  writeMoment(writer, assignment);
  if (exclude.length > 0) {
    writer.number(exclude.length);
    for (const field of exclude) writer.text(field);
  }
  if (!isItem) writeSigned(writer, message);
}

export function readFollowed(reader: ByteReader, position: number, ledger: Ledger): Followed {
  const process = ledger.at(reader.number());
  const given = reader.byte();
  const id = reader.text();
  const epoch = reader.number();
  const moment = readMoment(reader);
  const exclude = given & slotParts.exclude ? Array.from({ length: reader.number() }, () => reader.text()) : [];
  const message = given & slotParts.item ? process.item : new SignedMessage(readSigned(reader), position);
  return { process, mail: new FollowedMail(process, message, position, { id, epoch, exclude, moment }) };
}

/** A slot that was given elsewhere. */
export interface Followed {
  readonly process: Process;
  readonly mail: FollowedMail;
}

function writeSigned(writer: ByteWriter, message: Message): void {
  const { id, signature, owner, from, target, anchor, tags, data } = message;
  writer.text(id);
  writer.byte((signature === null ? 0 : messageParts.signature) + (anchor === null ? 0 : messageParts.anchor));
  if (signature !== null) writer.text(signature);
  writer.text(owner);
  writer.text(from);
  writer.text(target);
  if (anchor !== null) writer.text(anchor);
  writeTags(writer, tags);
  writer.text(data);
}

function readSigned(reader: ByteReader): Message {
  const id = reader.text();
  const given = reader.byte();
  const signature = given & messageParts.signature ? reader.text() : null;
  const [owner, from, target] = [reader.text(), reader.text(), reader.text()];
  const anchor = given & messageParts.anchor ? reader.text() : null;
  const tags = readTags(reader);
  return { id, signature, owner, from, target, anchor, tags, data: reader.text() };
}

/** What a followed slot has of what may be left out. */
const slotParts = { item: 1, exclude: 2 };
/** What a signed message has of it. */
const messageParts = { signature: 1, anchor: 2 };
