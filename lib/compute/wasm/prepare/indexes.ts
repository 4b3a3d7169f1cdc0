import { type ByteReader, unreadable } from './byte-reader.ts';
import { type Section, sectionIds, sectionOf } from './sections.ts';

/** How many things of each kind a module has, its imports among them; or what is known of each. */
export interface IndexSpaces {
  readonly types: number;
  readonly functions: number;
  readonly globals: number;
  /** For each memory, whether its addresses have 64 bits. */
  readonly memoriesWide: readonly boolean[];
}

export interface MemoryLimits {
  readonly wide: boolean;
  readonly initialPages: number;
  readonly maximumPages: number | undefined;
}

export interface TableLimits {
  readonly type: number;
  readonly initialEntries: number;
  readonly maximumEntries: number | undefined;
}

interface Import {
  readonly module: string;
  readonly name: string;
  readonly kind: number;
  readonly memory: MemoryLimits | undefined;
}

/** Throws `module-invalid` for what the meter does not know: types that are no functions, tables of 64 bits. */
export function indexSpaces(sections: readonly Section[]): IndexSpaces {
  const imports = importsOf(sections);
  const imported = (kind: number) => imports.filter((one) => one.kind === kind).length;
  const defined = (id: number) => sectionOf(sections, id)?.number() ?? 0;
  const tables = sectionOf(sections, sectionIds.table);
  for (let left = tables?.number() ?? 0; tables && left > 0; left--) readTable(tables);
  const memories = [...imports.flatMap(({ memory }) => memory ?? []), ...memoriesOf(sections)];
  return {
    types: defined(sectionIds.type),
    functions: imported(kinds.function) + defined(sectionIds.function),
    globals: imported(kinds.global) + defined(sectionIds.global),
    memoriesWide: memories.map(({ wide }) => wide),
  };
}

/** How many parameters each function has that the module defines. */
export function parametersOf(sections: readonly Section[]): readonly number[] {
  const types = sectionOf(sections, sectionIds.type);
  const parameters = list(types, (reader) => {
    if (reader.byte() !== functionForm) throw unreadable('a type is not a function', reader.at);
    const count = skipTypes(reader);
    skipTypes(reader);
    return count;
  });
  return list(sectionOf(sections, sectionIds.function), (reader) => {
    const count = parameters[reader.number()];
    if (count === undefined) throw unreadable('a function has no type', reader.at);
    return count;
  });
}

export function importsOf(sections: readonly Section[]): readonly Import[] {
  return list(sectionOf(sections, sectionIds.import), (reader) => {
    const module = reader.text();
    const name = reader.text();
    const kind = reader.byte();
    let memory: MemoryLimits | undefined;
    if (kind === kinds.function) reader.skipNumber();
    else if (kind === kinds.table) readTable(reader);
    else if (kind === kinds.memory) memory = readLimits(reader);
    else if (kind === kinds.global) reader.skip(2);
    else throw unreadable('an import is of a kind that is not known', reader.at);
    return { module, name, kind, memory };
  });
}

/** The names of all exports, and of those that are functions. */
export function exportsOf(sections: readonly Section[]): ReadonlyMap<string, { readonly isFunction: boolean }> {
  const entries = list(sectionOf(sections, sectionIds.export), (reader) => {
    const name = reader.text();
    const isFunction = reader.byte() === kinds.function;
    reader.skipNumber();
    return [name, { isFunction }] as const;
  });
  return new Map(entries);
}

/** The memories that the module defines. */
export const memoriesOf = (sections: readonly Section[]): readonly MemoryLimits[] =>
  list(sectionOf(sections, sectionIds.memory), readLimits);

function list<T>(reader: ByteReader | undefined, read: (reader: ByteReader) => T): T[] {
  const entries: T[] = [];
  for (let left = reader?.number() ?? 0; reader && left > 0; left--) entries.push(read(reader));
  return entries;
}

function skipTypes(reader: ByteReader): number {
  const count = reader.number();
  for (let left = count; left > 0; left--) if (reader.byte() < firstValueType) reader.skipNumber();
  return count;
}

/** Throws `module-invalid` for one of a kind that is not known, or of 64 bits. */
export function readTable(reader: ByteReader): TableLimits {
  const type = reader.byte();
  if (type < firstValueType) throw unreadable('a table is of a kind that is not known', reader.at);
  const { wide, initialPages, maximumPages } = readLimits(reader);
  if (wide) throw unreadable('a table has 64 bits', reader.at);
  return { type, initialEntries: initialPages, maximumEntries: maximumPages };
}

function readLimits(reader: ByteReader): MemoryLimits {
  const flags = reader.byte();
  if (flags > limits.all) throw unreadable('a memory is of a kind that is not known', reader.at);
  const initialPages = reader.number();
  const maximumPages = flags & limits.maximum ? reader.number() : undefined;
  return { wide: (flags & limits.wide) !== 0, initialPages, maximumPages };
}

const kinds = { function: 0, table: 1, memory: 2, global: 3 };
const limits = { maximum: 1, wide: 4, all: 7 };
const functionForm = 0x60;
/** From here on a type is one byte: numbers, vectors, and the two plain references. */
const firstValueType = 0x6f;
