import type { Naming } from '../../process/directory.ts';
import type { ByteReader } from '../../store/log/byte-reader.ts';
import type { ByteWriter } from '../../store/log/byte-writer.ts';
import type { Ledger } from '../ledger.ts';
import { namings, routings } from './kinds.ts';

/** Writes a change of the names. */
export function writeNaming(writer: ByteWriter, naming: Naming): void {
  writer.byte(namings.indexOf(naming.change));
  writer.text(naming.name);
  if (naming.change === 'grouped') {
    writer.byte(routings.indexOf(naming.routing));
    writer.text(naming.keyTag ?? '');
  } else if (naming.change !== 'unregistered') {
    writer.number(naming.process.index);
  }
}

export function readNaming(reader: ByteReader, ledger: Ledger): Naming {
  const change = namings[reader.byte()] ?? 'left';
  const name = reader.text();
  if (change === 'unregistered') return { change, name };
  if (change !== 'grouped') return { change, name, process: ledger.at(reader.number()) };
  const routing = routings[reader.byte()] ?? 'broadcast';
  return { change, name, routing, keyTag: reader.text() || undefined };
}
