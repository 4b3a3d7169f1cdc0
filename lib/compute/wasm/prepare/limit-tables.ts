import { HeddleError } from '../../../core/error.ts';
import type { ErrorCode } from '../../../core/error-codes.ts';
import { ByteWriter } from './byte-writer.ts';
import { readTable, type TableLimits } from './indexes.ts';
import { readSections, sectionIds, sectionOf, withSection, writeSections } from './sections.ts';

/**
 * A valid module whose tables cannot grow beyond so many entries: engines keep them in the host program's own heap, which
 * ends it when it is full, and count them as nobody's memory. A compiler gives a table the size that it needs, so only
 * one that was left open, or is far too large, is changed. Throws with the given code if there is more from the start.
 */
export function limitTables(
  bytes: Uint8Array<ArrayBuffer>,
  code: ErrorCode = 'module-format-unsupported',
): Uint8Array<ArrayBuffer> {
  const sections = readSections(bytes);
  const reader = sectionOf(sections, sectionIds.table);
  if (!reader) return bytes;
  const tables = Array.from({ length: reader.number() }, () => readTable(reader));
  const initial = tables.reduce((sum, { initialEntries }) => sum + initialEntries + tableEntries, 0);
  if (initial > mostEntries) {
    const what = `The module has ${tables.length} tables that start with more than ${mostEntries} entries`;
    throw new HeddleError(code, what, { tables: tables.length, limit: mostEntries });
  }
  const growth = Math.floor((mostEntries - initial) / tables.length);
  const limited = tables.map((table) => withMaximum(table, table.initialEntries + growth));
  if (limited.every((table, at) => table === tables[at])) return bytes;
  const writer = new ByteWriter(tables.length * 12);
  writer.number(limited.length);
  for (const { type, initialEntries, maximumEntries } of limited) {
    writer.byte(type);
    writer.byte(maximumEntries === undefined ? 0 : 1);
    writer.number(initialEntries);
    if (maximumEntries !== undefined) writer.number(maximumEntries);
  }
  return writeSections(withSection(sections, sectionIds.table, writer.view()));
}

const withMaximum = (table: TableLimits, most: number): TableLimits =>
  table.maximumEntries !== undefined && table.maximumEntries <= most ? table : { ...table, maximumEntries: most };

/** Together, at eight bytes each: half of what a process of aos takes. The largest module published has 4,264. */
const mostEntries = 131_072;
/** What a table takes besides, in entries. */
const tableEntries = 32;
