import { HeddleError } from '../../core/error.ts';

/** A WebAssembly value type as one letter: `i` i32, `j` i64, `f` f32, `d` f64, `?` any other. */
export type ValueType = 'i' | 'j' | 'f' | 'd' | '?';

/** Parameters and results of a function, a letter each: `jj>j` takes two i64 and returns one. */
export type Signature = string;

export interface FunctionImport {
  readonly module: string;
  readonly name: string;
  readonly signature: Signature;
}

export interface MemoryType {
  readonly wide: boolean;
  /** Whether threads can share it. */
  readonly shared: boolean;
  readonly initialPages: number;
  readonly maximumPages: number | undefined;
}

/** What a module says of itself before it is compiled. The JavaScript API tells names only, and no signatures. */
export interface ModuleInterface {
  readonly imports: readonly FunctionImport[];
  /** Imports that are no functions, as `module.name`. */
  readonly otherImports: readonly string[];
  /** The exported functions. */
  readonly functions: ReadonlyMap<string, Signature>;
  /** The exported tables. */
  readonly tables: ReadonlySet<string>;
  /** The memory that is exported, unless it is imported, and its name. */
  readonly memory: MemoryType | undefined;
  readonly memoryName: string | undefined;
  /** How many memories it has of its own. */
  readonly memories: number;
}

/**
 * Reads the interface of a module. The bytes are a stranger's: whatever they hold, this ends and throws nothing but
 * `module-invalid`.
 */
export function readInterface(bytes: Uint8Array): ModuleInterface {
  const reader = new Reader(bytes);
  for (const byte of header)
    if (reader.byte() !== byte) throw invalid('the bytes do not start as a WebAssembly module', 0);
  const types: Signature[] = [];
  const imports: FunctionImport[] = [];
  const otherImports: string[] = [];
  const functionTypes: number[] = [];
  const memories: MemoryType[] = [];
  const exports: Export[] = [];

  while (!reader.ended) {
    const id = reader.byte();
    const section = reader.part(reader.size());
    if (id === sections.type) section.list(() => types.push(readType(section)));
    else if (id === sections.import)
      section.list(() => readImport(section, imports, otherImports, types, functionTypes));
    else if (id === sections.function) section.list(() => functionTypes.push(section.size()));
    else if (id === sections.memory) section.list(() => memories.push(readMemory(section)));
    else if (id === sections.export) section.list(() => exports.push(readExport(section)));
  }

  const functions = new Map<string, Signature>();
  for (const { name, kind, index } of exports) {
    if (kind === kinds.function) functions.set(name, types[functionTypes[index] ?? -1] ?? '?');
  }
  const tables = new Set(exports.filter(({ kind }) => kind === kinds.table).map(({ name }) => name));
  const memory = exports.find(({ kind }) => kind === kinds.memory);
  const memoryType = memory && memories[memory.index];
  return {
    imports,
    otherImports,
    functions,
    tables,
    memory: memoryType,
    memoryName: memory?.name,
    memories: memories.length,
  };
}

interface Export {
  readonly name: string;
  readonly kind: number;
  readonly index: number;
}

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const sections = { type: 1, import: 2, function: 3, memory: 5, export: 7 };
const kinds = { function: 0, table: 1, memory: 2, global: 3 };
const functionForm = 0x60;
const valueTypes = new Map<number, ValueType>([
  [0x7f, 'i'],
  [0x7e, 'j'],
  [0x7d, 'f'],
  [0x7c, 'd'],
]);

function readType(reader: Reader): Signature {
  if (reader.byte() !== functionForm) throw invalid('a type is not a function', reader.at);
  const read = () => {
    let letters = '';
    reader.list(() => {
      letters += valueTypes.get(reader.byte()) ?? '?';
    });
    return letters;
  };
  return `${read()}>${read()}`;
}

function readImport(
  reader: Reader,
  imports: FunctionImport[],
  otherImports: string[],
  types: readonly Signature[],
  functionTypes: number[],
): void {
  const module = reader.text();
  const name = reader.text();
  const kind = reader.byte();
  if (kind === kinds.function) {
    const type = reader.size();
    functionTypes.push(type);
    imports.push({ module, name, signature: types[type] ?? '?' });
    return;
  }
  otherImports.push(`${module}.${name}`);
  if (kind === kinds.global) reader.skip(2);
  else if (kind === kinds.memory) readMemory(reader);
  else if (kind === kinds.table) {
    reader.skip(1);
    readMemory(reader);
  } else throw invalid('an import is of an unknown kind', reader.at);
}

function readMemory(reader: Reader): MemoryType {
  const flags = reader.byte();
  if (flags > 7) throw invalid('a memory has unknown flags', reader.at);
  const initialPages = reader.size();
  const maximumPages = flags & 1 ? reader.size() : undefined;
  return { wide: (flags & 4) !== 0, shared: (flags & 2) !== 0, initialPages, maximumPages };
}

const readExport = (reader: Reader): Export => ({ name: reader.text(), kind: reader.byte(), index: reader.size() });

const invalid = (what: string, at: number): HeddleError =>
  new HeddleError('module-invalid', `These bytes are no WebAssembly module: ${what}, at byte ${at}`, { at });

const names = new TextDecoder();

/** Reads forward through some bytes and refuses to leave them. */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  at: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
  }

  get ended(): boolean {
    return this.at >= this.#end;
  }

  byte(): number {
    const value = this.at < this.#end ? this.#bytes[this.at] : undefined;
    if (value === undefined) throw invalid('they end too early', this.at);
    this.at++;
    return value;
  }

  /** An unsigned LEB128 number that a size, an index or a count of pages can have. */
  size(): number {
    let value = 0;
    for (let digit = 0; digit < maximumDigits; digit++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 0x80 ** digit;
      if (byte < 0x80) return value;
    }
    throw invalid('a number is too long', this.at);
  }

  skip(count: number): void {
    if (count > this.#end - this.at) throw invalid('they end too early', this.at);
    this.at += count;
  }

  part(length: number): Reader {
    const start = this.at;
    this.skip(length);
    return new Reader(this.#bytes, start, this.at);
  }

  /** Reads as many entries as it is told. Each takes a byte at least, so the bytes bound them. */
  list(entry: () => void): void {
    for (let left = this.size(); left > 0; left--) entry();
  }

  text(): string {
    const length = this.size();
    const start = this.at;
    this.skip(length);
    return names.decode(this.#bytes.subarray(start, this.at));
  }
}

/** Seven bytes are 49 bits, more than any size or count of pages in a module that can be loaded. */
const maximumDigits = 7;
