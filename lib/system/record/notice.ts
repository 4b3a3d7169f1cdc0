import type { Down } from '../../process/consequences.ts';
import type { ByteReader } from '../../store/log/byte-reader.ts';
import type { ByteWriter } from '../../store/log/byte-writer.ts';
import type { Ledger } from '../ledger.ts';
import { Notice } from '../notice.ts';
import { endings } from './kinds.ts';

/** Writes what a watcher is told. */
export function writeNotice(writer: ByteWriter, down: Down, sequence: number, ledger: Ledger): void {
  const process = ledger.find(down.process);
  writer.number(sequence);
  writer.number(down.to.index);
  writer.number(process ? process.index + 1 : 0);
  if (!process) writer.text(down.process);
  writer.byte(endings.indexOf(down.status));
  writer.text(down.reason.toWellFormed());
  writer.text(down.reference);
}

export function readNotice(reader: ByteReader, position: number, ledger: Ledger): Notice {
  const sequence = reader.number();
  const to = ledger.at(reader.number());
  const process = reader.number();
  const id = process === 0 ? reader.text() : ledger.at(process - 1).id;
  const status = endings[reader.byte()] ?? 'unknown';
  const down = { to, process: id, status, reason: reader.text(), reference: reader.text() };
  return new Notice(down, sequence, position, ledger.carrier);
}
