/** What follows an opcode, as far as a reader must know it to find the next one. */
export const immediates = {
  unknown: 0,
  none: 1,
  /** One number: an index, a depth, or a constant, whose signed encoding ends as an unsigned one does. */
  number: 2,
  twoNumbers: 3,
  memoryAccess: 4,
  bytes4: 5,
  bytes8: 6,
  branchTable: 7,
  types: 8,
  bulk: 9,
  vector: 10,
} as const;

/** The opcodes by name that steer control, may cost more than one unit, or are written by the meter. */
export const opcodes = {
  unreachable: 0x00,
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  memoryGrow: 0x40,
  i64Const: 0x42,
  i64LessSigned: 0x53,
  i64Sub: 0x7d,
  i64ShiftLeft: 0x86,
  i64ShiftRight: 0x88,
  i64FromUnsigned: 0xad,
} as const;

/** Every opcode that the meter knows: the first version of WebAssembly and what the second added. */
const ranges: readonly (readonly [first: number, last: number, kind: number])[] = [
  [0x00, 0x01, immediates.none],
  [0x02, 0x04, immediates.number],
  [0x05, 0x05, immediates.none],
  [0x0b, 0x0b, immediates.none],
  [0x0c, 0x0d, immediates.number],
  [0x0e, 0x0e, immediates.branchTable],
  [0x0f, 0x0f, immediates.none],
  [0x10, 0x10, immediates.number],
  [0x11, 0x11, immediates.twoNumbers],
  [0x12, 0x12, immediates.number],
  [0x13, 0x13, immediates.twoNumbers],
  [0x1a, 0x1b, immediates.none],
  [0x1c, 0x1c, immediates.types],
  [0x20, 0x26, immediates.number],
  [0x28, 0x3e, immediates.memoryAccess],
  [0x3f, 0x42, immediates.number],
  [0x43, 0x43, immediates.bytes4],
  [0x44, 0x44, immediates.bytes8],
  [0x45, 0xc4, immediates.none],
  [0xd0, 0xd0, immediates.number],
  [0xd1, 0xd1, immediates.none],
  [0xd2, 0xd2, immediates.number],
  [0xfc, 0xfc, immediates.bulk],
  [0xfd, 0xfd, immediates.vector],
];

/** The kind of immediates of each opcode. */
export const immediatesOf: Uint8Array = table(256, ranges);

/** The vector opcodes, which follow the prefix 0xfd. Relaxed ones are left out: their results depend on the machine. */
export const vectorImmediates = { ...immediates, lane: 11, memoryLane: 12, bytes16: 13 } as const;

export const vectorImmediatesOf: Uint8Array = table(256, [
  [0x00, 0x0b, immediates.memoryAccess],
  [0x0c, 0x0d, vectorImmediates.bytes16],
  [0x0e, 0x14, immediates.none],
  [0x15, 0x22, vectorImmediates.lane],
  [0x23, 0x53, immediates.none],
  [0x54, 0x5b, vectorImmediates.memoryLane],
  [0x5c, 0x5d, immediates.memoryAccess],
  [0x5e, 0xff, immediates.none],
]);

/** What an instruction that can do much at once is paid by. */
export type Measure = 'bytes' | 'pages' | 'elements';

/**
 * The opcodes that follow the prefix 0xfc: how many numbers they have, and what the topmost operand counts if the
 * instruction does as much as that says.
 */
export const bulkInstructions: readonly { readonly numbers: number; readonly measure?: Measure }[] = [
  ...Array.from({ length: 8 }, () => ({ numbers: 0 })), // conversions that saturate
  { numbers: 2, measure: 'bytes' }, // memory.init
  { numbers: 1 },
  { numbers: 2, measure: 'bytes' }, // memory.copy
  { numbers: 1, measure: 'bytes' }, // memory.fill
  { numbers: 2, measure: 'elements' }, // table.init
  { numbers: 1 },
  { numbers: 2, measure: 'elements' }, // table.copy
  { numbers: 1, measure: 'elements' }, // table.grow
  { numbers: 1 },
  { numbers: 1, measure: 'elements' }, // table.fill
];

function table(length: number, entries: typeof ranges): Uint8Array {
  const filled = new Uint8Array(length);
  for (const [first, last, kind] of entries) filled.fill(kind, first, last + 1);
  return filled;
}
