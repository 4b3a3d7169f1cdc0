import { type ByteReader, unreadable } from './byte-reader.ts';
import {
  bulkInstructions,
  immediates,
  immediatesOf,
  type Measure,
  vectorImmediates,
  vectorImmediatesOf,
} from './opcodes.ts';

/** An instruction that does as much as its topmost operand says, and the memories it does it to. */
export interface BulkUse {
  readonly measure: Measure;
  readonly memories: readonly number[];
}

/** Passes over what follows an opcode. Throws `module-invalid` at one it does not know. */
export function skipImmediates(code: ByteReader, opcode: number): BulkUse | undefined {
  switch (immediatesOf[opcode]) {
    case immediates.none:
      break;
    case immediates.number:
      code.skipNumber();
      break;
    case immediates.twoNumbers:
      code.skipNumber();
      code.skipNumber();
      break;
    case immediates.memoryAccess:
      skipMemoryAccess(code);
      break;
    case immediates.bytes4:
      code.skip(4);
      break;
    case immediates.bytes8:
      code.skip(8);
      break;
    case immediates.types:
      for (let left = code.number(); left > 0; left--) code.skipNumber();
      break;
    case immediates.bulk:
      return skipBulk(code);
    case immediates.vector:
      skipVector(code);
      break;
    default:
      throw unknown(opcode.toString(16), code.at);
  }
  return undefined;
}

function skipMemoryAccess(code: ByteReader): void {
  if (code.number() & hasMemoryIndex) code.skipNumber();
  code.skipNumber();
}

function skipBulk(code: ByteReader): BulkUse | undefined {
  const number = code.number();
  const instruction = bulkInstructions[number];
  if (!instruction) throw unknown(`fc ${number.toString(16)}`, code.at);
  const numbers = Array.from({ length: instruction.numbers }, () => code.number());
  if (instruction.measure === undefined) return undefined;
  // The size of what is initialised is 32 bits wide whatever the memory is.
  const memories = instruction.measure === 'bytes' && number !== memoryInit ? numbers : [];
  return { measure: instruction.measure, memories };
}

function skipVector(code: ByteReader): void {
  const number = code.number();
  switch (vectorImmediatesOf[number] ?? immediates.unknown) {
    case immediates.none:
      break;
    case immediates.memoryAccess:
      skipMemoryAccess(code);
      break;
    case vectorImmediates.memoryLane:
      skipMemoryAccess(code);
      code.skip(1);
      break;
    case vectorImmediates.lane:
      code.skip(1);
      break;
    case vectorImmediates.bytes16:
      code.skip(16);
      break;
    default:
      throw unknown(`fd ${number.toString(16)}`, code.at);
  }
}

const memoryInit = 8;
/** In the alignment of a memory access: that the number of the memory follows. */
const hasMemoryIndex = 0x40;

const unknown = (opcode: string, at: number) => unreadable(`the meter does not know its instruction ${opcode}`, at);
