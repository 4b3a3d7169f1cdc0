import { HeddleError } from '../../../core/error.ts';
import { ByteReader, unreadable } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { type Cut, scanFunction } from './function-scan.ts';
import type { BulkUse } from './immediates.ts';
import { exportsOf, importsOf, indexSpaces, parametersOf } from './indexes.ts';
import { type Measure, opcodes } from './opcodes.ts';
import { appended, readSections, type Section, sectionIds, sectionOf, withSection, writeSections } from './sections.ts';

/**
 * The name of the exported global that holds what is left to spend, a mutable i64. The host sets it before a turn and
 * reads it after one. Below zero, whatever the guest did then, it ran out. No code of the guest can name the global: its
 * index is one that the module did not have before.
 */
export const gasExport = 'heddle.gas';

/**
 * A module that counts what it runs. An instruction costs one unit, `block`, `loop`, `else`, `end` and `nop` nothing;
 * filling, copying and growing cost one unit for each 8 bytes or each table element more. Where the units are charged is
 * explained at {@link Charges}. Functions and loops check when they are entered whether there is anything left, and trap
 * if not. Until the host sets it, the counter holds the largest number there is.
 *
 * What was measured, for aos with Asyncify folded: a charge in the global at each basic block costs 1.4 to 1.5 times the
 * time of the module without, prepaying as Charges does 1.25, and keeping the counter in a local of each function on top
 * of that 1.15. The checks are a twentieth of the time at most.
 *
 * Throws `module-invalid` at what it does not know.
 */
export function meterModule(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const sections = readSections(bytes);
  const code = sectionOf(sections, sectionIds.code);
  if (exportsOf(sections).has(gasExport)) throw unmeterable(`exports ${gasExport} already`);
  if (importsOf(sections).some(({ module }) => module === 'metering')) throw unmeterable('is metered already');
  const spaces = indexSpaces(sections);
  const gas = spaces.globals;
  const helpers = new Helpers(spaces.types, spaces.functions, spaces.memoriesWide);
  const bodies = new ByteWriter(bytes.length * 2);
  const parametersOfEach = parametersOf(sections);
  const count = code?.number() ?? 0;
  if (count !== parametersOfEach.length) throw unreadable('its functions and their code differ in number', 0);
  for (const parameters of parametersOfEach) {
    const body = code?.part(code.number());
    if (body) bodies.sized((writer) => writeFunction(writer, body, parameters, gas, helpers), body.end - body.at + 64);
  }
  const metered = new ByteWriter(bodies.view().length + 1024);
  metered.number(count + helpers.bodies.length);
  metered.bytes(bodies.view());
  for (const write of helpers.bodies) metered.sized((writer) => write(writer, gas));

  let result: readonly Section[] = sections.filter(isKept);
  result = appended(result, sectionIds.type, helpers.types);
  result = appended(result, sectionIds.function, helpers.functions);
  result = appended(result, sectionIds.global, [writeGlobal]);
  result = appended(result, sectionIds.export, [(writer) => writeExport(writer, gas)]);
  return writeSections(withSection(result, sectionIds.code, metered.view()));
}

const unmeterable = (what: string): HeddleError => new HeddleError('module-invalid', `The module ${what}`);

/** Hints on instructions speak of places in the code, which have moved. */
const isKept = ({ id, content }: Section): boolean =>
  id !== sectionIds.custom || !new ByteReader(content).text().startsWith('metadata.code.');

function writeFunction(writer: ByteWriter, body: ByteReader, parameters: number, gas: number, helpers: Helpers): void {
  const groups = body.number();
  const groupsStart = body.at;
  let local = parameters;
  for (let left = groups; left > 0; left--) {
    local += body.number();
    body.skipNumber(); // a type, one byte or a few
  }
  writer.number(groups + 1);
  writer.bytes(body.bytes.subarray(groupsStart, body.at));
  writer.number(1);
  writer.byte(i64);

  let from = body.at;
  const { cuts, charges } = scanFunction(body);
  const counter = new Counter(writer, gas, local);
  for (const cut of cuts) {
    const charge = 'region' in cut ? (charges[cut.region] ?? 0) : 0;
    if (cut.kind === 'region' && charge === 0) continue;
    writer.bytes(body.bytes.subarray(from, cut.at));
    from = cut.at;
    writeCut(counter, cut, charge, helpers);
  }
  writer.bytes(body.bytes.subarray(from, body.end));
}

function writeCut(counter: Counter, cut: Cut, charge: number, helpers: Helpers): void {
  switch (cut.kind) {
    case 'entry':
      counter.load();
      counter.charge(charge);
      counter.check();
      break;
    case 'loop':
      counter.charge(charge);
      // A trap of whatever cause in a loop must not lose the count of all its rounds.
      counter.store();
      counter.check();
      break;
    case 'region':
      counter.charge(charge);
      break;
    case 'store':
      counter.store();
      break;
    case 'load':
      counter.load();
      break;
    case 'bulk':
      counter.call(helpers.index(cut.use));
      break;
  }
}

/** Writes what a function does with its counter. */
class Counter {
  readonly #writer: ByteWriter;
  readonly #gas: number;
  readonly #local: number;

  constructor(writer: ByteWriter, gas: number, local: number) {
    this.#writer = writer;
    this.#gas = gas;
    this.#local = local;
  }

  load(): void {
    this.#write(opcodes.globalGet, this.#gas);
    this.#write(opcodes.localSet, this.#local);
  }

  store(): void {
    this.#write(opcodes.localGet, this.#local);
    this.#write(opcodes.globalSet, this.#gas);
  }

  charge(units: number): void {
    if (units === 0) return;
    this.#write(opcodes.localGet, this.#local);
    this.#writer.byte(opcodes.i64Const);
    this.#writer.signed(units);
    this.#writer.byte(opcodes.i64Sub);
    this.#write(opcodes.localSet, this.#local);
  }

  check(): void {
    this.#write(opcodes.localGet, this.#local);
    trapIfNegative(this.#writer, () => this.store());
  }

  call(index: number): void {
    this.#write(opcodes.call, index);
  }

  #write(opcode: number, index: number): void {
    this.#writer.byte(opcode);
    this.#writer.number(index);
  }
}

function trapIfNegative(writer: ByteWriter, before = () => {}): void {
  for (const byte of [opcodes.i64Const, 0, opcodes.i64LessSigned, opcodes.if, noType]) writer.byte(byte);
  before();
  for (const byte of [opcodes.unreachable, opcodes.end]) writer.byte(byte);
}

/** Functions that take what an instruction is given as its size, pay for it, and give it back. */
class Helpers {
  readonly types: ((writer: ByteWriter) => void)[] = [];
  readonly functions: ((writer: ByteWriter) => void)[] = [];
  readonly bodies: ((writer: ByteWriter, gas: number) => void)[] = [];
  readonly #firstType: number;
  readonly #firstFunction: number;
  readonly #memoriesWide: readonly boolean[];
  readonly #indexes = new Map<string, number>();

  constructor(firstType: number, firstFunction: number, memoriesWide: readonly boolean[]) {
    this.#firstType = firstType;
    this.#firstFunction = firstFunction;
    this.#memoriesWide = memoriesWide;
  }

  /** A size is as wide as the narrowest of the memories it is of. */
  index({ measure, memories }: BulkUse): number {
    const wide = memories.length > 0 && memories.every((memory) => this.#memoriesWide[memory]);
    const name = `${measure} ${wide}`;
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    const number = this.bodies.length;
    const type = wide ? i64 : i32;
    this.types.push((writer) => {
      for (const byte of [functionForm, 1, type, 1, type]) writer.byte(byte);
    });
    this.functions.push((writer) => writer.number(this.#firstType + number));
    this.bodies.push((writer, gas) => writeHelper(writer, gas, measure, wide));
    this.#indexes.set(name, this.#firstFunction + number);
    return this.#firstFunction + number;
  }
}

function writeHelper(writer: ByteWriter, gas: number, measure: Measure, wide: boolean): void {
  const get = (opcode: number, index: number) => {
    writer.byte(opcode);
    writer.number(index);
  };
  const shift = (opcode: number, bits: number) => {
    writer.byte(opcodes.i64Const);
    writer.signed(bits);
    writer.byte(opcode);
  };
  writer.number(0); // no locals
  get(opcodes.globalGet, gas);
  get(opcodes.localGet, 0);
  if (!wide) writer.byte(opcodes.i64FromUnsigned);
  if (measure === 'bytes') shift(opcodes.i64ShiftRight, 3);
  if (measure === 'pages') {
    // Times 8192, in a way that leaves no number negative, however large.
    shift(opcodes.i64ShiftLeft, 15);
    shift(opcodes.i64ShiftRight, 2);
  }
  writer.byte(opcodes.i64Sub);
  get(opcodes.globalSet, gas);
  get(opcodes.globalGet, gas);
  trapIfNegative(writer);
  get(opcodes.localGet, 0);
  writer.byte(opcodes.end);
}

function writeGlobal(writer: ByteWriter): void {
  for (const byte of [i64, mutable, opcodes.i64Const]) writer.byte(byte);
  writer.bytes(largestI64);
  writer.byte(opcodes.end);
}

function writeExport(writer: ByteWriter, gas: number): void {
  writer.text(gasExport);
  writer.byte(globalKind);
  writer.number(gas);
}

const i32 = 0x7f;
const i64 = 0x7e;
const noType = 0x40;
const functionForm = 0x60;
const mutable = 1;
const globalKind = 3;
const largestI64 = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00);
