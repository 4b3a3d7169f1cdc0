import { HeddleError, reasonOf } from '../core/error.ts';
import type { LazyMessage } from '../core/message.ts';
import type { Mail } from '../process/mail.ts';
import type { Process } from '../process/process.ts';
import { PushedMessage } from '../route/pushed-message.ts';
import { ByteReader } from '../store/log/byte-reader.ts';
import { ByteWriter } from '../store/log/byte-writer.ts';
import { AdoptedItem } from './adopted-item.ts';
import type { Ledger } from './ledger.ts';
import { rootOf } from './placement.ts';
import type { History } from './record/history.ts';
import { endings, epochMoment, statuses } from './record/kinds.ts';
import { readNaming, writeNaming } from './record/naming.ts';
import { readMoment, writeMoment } from './record/turn.ts';

/**
 * What a ledger holds as bytes, with which another one goes on from where the log was then: numbers, and for what can be read
 * from the log where it is there.
 */
export function packLedger(ledger: Ledger, digestState: Uint8Array): Uint8Array {
  const writer = new ByteWriter(65_536);
  writer.byte(version);
  writer.text(ledger.carrier.seed);
  writer.text(ledger.signedBy);
  writeBytes(writer, digestState);
  writeMoment(writer, ledger.moment ?? epochMoment);
  writer.number(ledger.records);
  writeAll(writer, ledger.loggedModules, ({ id }) => writer.text(id));
  writeAll(writer, ledger.processes, (process) => writeProcess(writer, process, ledger));
  // What they have may be from processes that came later.
  writeAll(writer, ledger.processes.filter(hasMail), (process) => writeMail(writer, process));
  writeAll(writer, ledger.owed(), (process) => writer.number(process.index));
  writeAll(writer, ledger.timers(), ({ atMs, by, position, index }) => {
    writer.signed(atMs - epochMoment.timestampMs);
    writer.number(by.index);
    writer.number(position);
    writer.number(index);
  });
  writeAll(writer, ledger.directory.namings(), (naming) => writeNaming(writer, naming));
  writeAll(writer, ledger.bonds.watches(), ({ watcher, watched, reference }) => {
    writer.number(watcher.index);
    writer.number(watched.index);
    writer.text(reference);
  });
  writeAll(writer, ledger.bonds.links(), ({ one, other }) => {
    writer.number(one.index);
    writer.number(other.index);
  });
  writeAll(writer, ledger.consequences, (consequence) => {
    const isDown = consequence.kind === 'down';
    writer.byte(consequenceKinds.indexOf(consequence.kind));
    writer.number((isDown ? consequence.to : consequence.process).index);
    writer.text(consequence.reason.toWellFormed());
    if (!isDown) return;
    writer.text(consequence.process);
    writer.byte(endings.indexOf(consequence.status));
    writer.text(consequence.reference);
  });
  writeAll(writer, ledger.admissions.rates(), ({ process, parts, atMs }) => {
    writer.number(process.index);
    writer.number(parts);
    writer.signed(atMs - epochMoment.timestampMs);
  });
  writeAll(writer, ledger.admissions.withWaiting(), (process) => writer.number(process.index));
  writeAll(writer, ledger.known, ({ address, holders }) => {
    writer.number(address.position);
    writer.number(address.index);
    writeAll(writer, holders, ({ index }) => writer.number(index));
  });
  return writer.bytes.subarray(0, writer.at);
}

/** A checkpoint of a ledger whose modules are known, and which is of this run. */
export interface LedgerCheckpoint {
  readonly digestState: Uint8Array;
  /** Makes an empty ledger the one that it was taken of. */
  restore(): void;
}

/** Reads a checkpoint; undefined if it is of another version. Throws if a module is missing that its processes have. */
export function unpackLedger(bytes: Uint8Array, ledger: Ledger, history: History): LedgerCheckpoint | undefined {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== version) return undefined;
  ledger.checkOrigin(reader.text(), reader.text());
  const digestState = readBytes(reader, bytes);
  const moment = readMoment(reader);
  const records = reader.number();
  const modules = readAll(reader, () => ledger.module(reader.text()));
  const restore = () => {
    ledger.moment = moment;
    ledger.records = records;
    for (const module of modules) ledger.noteLogged(module);
    readAll(reader, () => readProcess(reader, ledger, history));
    const mail = new Map(readAll(reader, () => readMail(reader, ledger, history)));
    readAll(reader, () => assignNext(mail, ledger.at(reader.number()), ledger));
    readAll(reader, () => {
      const atMs = epochMoment.timestampMs + reader.signed();
      const by = ledger.at(reader.number());
      const [position, index] = [reader.number(), reader.number()];
      ledger.setTimer({ atMs, by, message: history.message({ position, index }), position, index });
    });
    readAll(reader, () => ledger.directory.apply(readNaming(reader, ledger)));
    readAll(reader, () => ledger.bonds.watch(ledger.at(reader.number()), ledger.at(reader.number()), reader.text()));
    readAll(reader, () => ledger.bonds.linkOneWay(ledger.at(reader.number()), ledger.at(reader.number())));
    readAll(reader, () => readConsequence(reader, ledger));
    readAll(reader, () =>
      ledger.admissions.setRate(ledger.at(reader.number()), reader.number(), epochMoment.timestampMs + reader.signed()),
    );
    readAll(reader, () => ledger.admissions.waits(ledger.at(reader.number())));
    ledger.known = readAll(reader, () => {
      const address = { position: reader.number(), index: reader.number() };
      return { address, holders: new Set(readAll(reader, () => ledger.at(reader.number()))) };
    });
  };
  return {
    digestState,
    restore() {
      try {
        restore();
      } catch (cause) {
        if (cause instanceof HeddleError) throw cause;
        const what = `the checkpoint of the ledger cannot be read: ${reasonOf(cause)}`;
        throw new HeddleError('checkpoint-invalid', what, {}, { cause });
      }
    },
  };
}

function writeProcess(writer: ByteWriter, process: Process, ledger: Ledger): void {
  const { module, item, itemIndex, evaluated, lastTurn, state, reason, chainPoint, adoption } = process;
  const status = process.running ? 'running' : state === 'failed' ? 'failed' : 'stopped';
  writer.number(ledger.moduleNumber(module) ?? 0);
  writer.number(positionOf(item));
  writer.number(itemIndex);
  writer.number(evaluated + 1);
  writer.number(lastTurn + 1);
  writer.byte(statuses.indexOf(status) + (process.followed ? followedFlag : 0));
  if (process.followed) writeMoment(writer, adoption?.newest ?? epochMoment);
  writer.number((chainPoint?.slot ?? -1) + 1);
  if (chainPoint) {
    writer.text(chainPoint.id);
    writer.text(chainPoint.hashChain);
  }
  if (status !== 'running') writer.text((reason ?? '').toWellFormed());
}

function readProcess(reader: ByteReader, ledger: Ledger, history: History): void {
  const module = ledger.moduleAt(reader.number());
  const [position, index] = [reader.number(), reader.number()];
  const item = history.message({ position, index });
  const process = item instanceof AdoptedItem ? ledger.adopt(item) : ledger.spawn(item, index, module);
  process.evaluated = reader.number() - 1;
  process.slots = process.evaluated + 1;
  process.lastTurn = reader.number() - 1;
  const standing = reader.byte();
  if (standing < followedFlag) process.takeOver();
  else if (process.adoption) process.adoption.newest = readMoment(reader);
  const status = statuses[standing % followedFlag] ?? 'running';
  const slot = reader.number() - 1;
  if (slot >= 0) process.chainPoint = { slot, id: reader.text(), hashChain: reader.text() };
  if (status === 'running') return;
  if (status === 'failed') process.move('crashed');
  process.move(status === 'failed' ? 'gaveUp' : 'stopped');
  process.reason = reader.text();
}

/** The mail of a process: what has a slot, and what waits for one. */
function writeMail(writer: ByteWriter, { index, mailbox }: Process): void {
  writer.number(index);
  writeAll(writer, mailbox, (mail) => {
    writer.number(mail.position);
    writer.number(mail.index);
    writeMoment(writer, mail.moment ?? epochMoment);
  });
  writeAll(writer, mailbox.waiting, (mail) => {
    writer.number(mail.position);
    writer.number(mail.index);
  });
}

/** Reads the mail of a process. What waits is put there; what is to be assigned is returned. */
function readMail(reader: ByteReader, ledger: Ledger, history: History): readonly [Process, Mail[]] {
  const process = ledger.at(reader.number());
  const read = () => history.mail(process, { position: reader.number(), index: reader.number() });
  const assigned = readAll(reader, () => {
    const mail = read();
    mail.moment = readMoment(reader);
    return mail;
  });
  readAll(reader, () => process.mailbox.wait(read()));
  return [process, assigned.reverse()];
}

/** Where the record is that a process's item is in. */
export const positionOf = (item: LazyMessage): number =>
  item instanceof PushedMessage ? PushedMessage.senderOf(item).position : rootOf(item).position;

function assignNext(mail: ReadonlyMap<Process, Mail[]>, process: Process, ledger: Ledger): void {
  const next = mail.get(process)?.pop();
  if (!next?.moment) throw new RangeError(`process number ${process.index} has no mail left`);
  ledger.assign(process, next, next.moment);
}

function readConsequence(reader: ByteReader, ledger: Ledger): void {
  const kind = consequenceKinds[reader.byte()] ?? 'failure';
  const process = ledger.at(reader.number());
  const reason = reader.text();
  if (kind !== 'down') {
    ledger.consequences.push({ kind, process, reason });
    return;
  }
  const id = reader.text();
  const status = endings[reader.byte()] ?? 'unknown';
  ledger.consequences.push({ kind, to: process, process: id, status, reason, reference: reader.text() });
}

function writeAll<T>(writer: ByteWriter, all: Iterable<T>, write: (one: T) => void): void {
  const list = [...all];
  writer.number(list.length);
  for (const one of list) write(one);
}

function readAll<T>(reader: ByteReader, read: () => T): T[] {
  const all: T[] = [];
  for (let left = reader.number(); left > 0; left--) all.push(read());
  return all;
}

function writeBytes(writer: ByteWriter, bytes: Uint8Array): void {
  writer.number(bytes.length);
  for (const byte of bytes) writer.byte(byte);
}

function readBytes(reader: ByteReader, bytes: Uint8Array): Uint8Array {
  const length = reader.number();
  const read = bytes.slice(reader.at, reader.at + length);
  reader.at += length;
  return read;
}

const hasMail = ({ mailbox }: Process): boolean => mailbox.length + mailbox.waitingLength > 0;

const version = 2;
/** What is added to the status of a process whose slots are given elsewhere. */
const followedFlag = 4;
const consequenceKinds = ['down', 'failure', 'exit'] as const;
