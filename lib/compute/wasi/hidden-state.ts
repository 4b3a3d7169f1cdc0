import { ByteReader } from '../wasm/prepare/byte-reader.ts';
import { skipImmediates } from '../wasm/prepare/immediates.ts';
import { opcodes } from '../wasm/prepare/opcodes.ts';
import { type Section, sectionIds, sectionOf } from '../wasm/prepare/sections.ts';

/** What a module keeps outside its memory. */
export interface Global {
  /** Its index among all globals; none is imported. */
  readonly index: number;
  /** Undefined if it is no number. */
  readonly type: NumberType | undefined;
  readonly mutable: boolean;
}

export type NumberType = 'i32' | 'i64' | 'f32' | 'f64';

export function globalsOf(sections: readonly Section[]): readonly Global[] {
  const reader = sectionOf(sections, sectionIds.global);
  const globals: Global[] = [];
  for (let left = reader?.number() ?? 0; reader && left > 0; left--) {
    const type = reader.byte();
    if (type === typeWithIndex || type === typeWithIndex - 1) reader.skipNumber();
    const mutable = reader.byte() === 1;
    for (let opcode = reader.byte(); opcode !== opcodes.end; opcode = reader.byte()) skipImmediates(reader, opcode);
    globals.push({ index: globals.length, type: numberTypes.get(type), mutable });
  }
  return globals;
}

const numberTypes = new Map<number, NumberType>([
  [0x7f, 'i32'],
  [0x7e, 'i64'],
  [0x7d, 'f32'],
  [0x7c, 'f64'],
]);
const typeWithIndex = 0x64;

/** What the code does to what is neither memory nor a global, as the end of a sentence; undefined if nothing. */
export function statefulInstruction(sections: readonly Section[]): string | undefined {
  const code = sectionOf(sections, sectionIds.code);
  try {
    for (let left = code?.number() ?? 0; code && left > 0; left--) {
      const found = inFunction(code.part(code.number()));
      if (found) return found;
    }
    return undefined;
  } catch {
    return 'has instructions that are not known here';
  }
}

function inFunction(body: ByteReader): string | undefined {
  for (let groups = body.number(); groups > 0; groups--) {
    body.skipNumber();
    body.skipNumber();
  }
  while (!body.ended) {
    const opcode = body.byte();
    if (opcode === opcodes.brTable) {
      for (let left = body.number(); left >= 0; left--) body.skipNumber();
      continue;
    }
    if (opcode === tableSet) return changesTables;
    if (opcode === bulkPrefix) {
      const found = stateful.get(new ByteReader(body.bytes, body.at, body.end).number());
      if (found) return found;
    }
    skipImmediates(body, opcode);
  }
  return undefined;
}

const changesTables = 'changes its tables';
const dropsSegments = 'drops what it was built with';
const tableSet = 0x26;
const bulkPrefix = 0xfc;
/** What follows the prefix. */
const stateful = new Map([
  [9, dropsSegments],
  [12, changesTables],
  [13, dropsSegments],
  [14, changesTables],
  [15, changesTables],
  [17, changesTables],
]);
