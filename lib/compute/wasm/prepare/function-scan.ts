import { type ByteReader, unreadable } from './byte-reader.ts';
import { Charges } from './charges.ts';
import { type BulkUse, skipImmediates } from './immediates.ts';
import { opcodes } from './opcodes.ts';

/**
 * Something to put into a function's code. While it runs, a function keeps the counter in a local; `store` puts that
 * into the global, for whoever runs next, and `load` takes it back.
 */
export type Cut =
  | { readonly kind: 'entry' | 'loop' | 'region'; readonly at: number; readonly region: number }
  | { readonly kind: 'store' | 'load'; readonly at: number }
  | { readonly kind: 'bulk'; readonly at: number; readonly use: BulkUse };

export interface FunctionScan {
  /** In the order of their places. */
  readonly cuts: readonly Cut[];
  /** What each region pays. */
  readonly charges: readonly number[];
}

/**
 * Reads the instructions of one function, from `code`'s place to its end, once. Each costs one unit when it runs, except
 * those that only mark structure. Throws `module-invalid` at an opcode it does not know.
 */
export function scanFunction(code: ByteReader): FunctionScan {
  const scan = new Scan(code);
  while (scan.open) scan.step();
  if (!code.ended) throw unreadable('a function goes on after its end', code.at);
  return { cuts: scan.cuts, charges: scan.charges.settle() };
}

/** A block, loop or arm of an if that is open. */
interface Frame {
  readonly isLoop: boolean;
  /** Where a branch to it leads; undefined if nothing can get there, because the frame itself is never entered. */
  readonly target: number | undefined;
  branchedTo: boolean;
  /** Where the condition leads that is not true, until there was an else. */
  otherwise: number | undefined;
}

class Scan {
  readonly cuts: Cut[] = [];
  readonly charges = new Charges();
  readonly #code: ByteReader;
  readonly #frames: Frame[] = [{ isLoop: false, target: this.charges.exit, branchedTo: false, otherwise: undefined }];
  /** The region that is being read; undefined in code that cannot be reached. */
  #region: number | undefined;
  /** Whether the counter is in the global only, because a call has just returned. */
  #stored = false;

  constructor(code: ByteReader) {
    this.#code = code;
    this.#enter('entry', this.charges.entry);
  }

  get open(): boolean {
    return this.#frames.length > 0;
  }

  step(): void {
    const at = this.#code.at;
    const opcode = this.#code.byte();
    switch (opcode) {
      case opcodes.block:
      case opcodes.loop:
      case opcodes.if:
        this.#code.skipNumber();
        this.#openFrame(opcode, at);
        return;
      case opcodes.else:
        this.#else(at);
        return;
      case opcodes.end:
        this.#end(at);
        return;
      case opcodes.nop:
        return;
    }
    if (this.#region !== undefined) this.charges.add(this.#region, 1);
    switch (opcode) {
      case opcodes.unreachable:
        this.#leave();
        return;
      case opcodes.return:
        this.#branch([this.#frames.length - 1], at);
        this.#leave();
        return;
      case opcodes.br:
        this.#branch([this.#code.number()], at);
        this.#leave();
        return;
      case opcodes.brIf:
        this.#branch([this.#code.number()], at);
        if (this.#region !== undefined) this.#enter('region', this.charges.endOf(this.#region));
        return;
      case opcodes.brTable:
        this.#branch(this.#labels(), at);
        this.#leave();
        return;
      case opcodes.returnCall:
      case opcodes.returnCallIndirect:
        skipImmediates(this.#code, opcode);
        this.#branch([this.#frames.length - 1], at);
        this.#leave();
        return;
      case opcodes.call:
      case opcodes.callIndirect:
        this.#store(at);
        skipImmediates(this.#code, opcode);
        this.#stored = true;
        return;
      case opcodes.memoryGrow:
        this.#bulk(at, { measure: 'pages', memories: [this.#code.number()] });
        return;
    }
    const use = skipImmediates(this.#code, opcode);
    if (use) this.#bulk(at, use);
  }

  #openFrame(opcode: number, at: number): void {
    const { charges } = this;
    if (this.#region === undefined) {
      this.#frames.push({ isLoop: false, target: undefined, branchedTo: false, otherwise: undefined });
      return;
    }
    const end = charges.endOf(this.#region);
    if (opcode === opcodes.block) {
      this.#frames.push({ isLoop: false, target: charges.junction(), branchedTo: false, otherwise: undefined });
    } else if (opcode === opcodes.loop) {
      this.#load(at);
      this.#frames.push({ isLoop: true, target: end, branchedTo: false, otherwise: undefined });
      this.#enter('loop', end);
    } else {
      charges.add(this.#region, 1);
      this.#load(at);
      this.#frames.push({ isLoop: false, target: charges.junction(), branchedTo: false, otherwise: end });
      this.#enter('region', end);
    }
  }

  #else(at: number): void {
    const frame = this.#frames.at(-1);
    if (frame?.target === undefined) return;
    if (frame.otherwise === undefined) throw unreadable('an else has no if', at);
    this.#fallInto(frame, frame.target, at);
    this.#enter('region', frame.otherwise);
    frame.otherwise = undefined;
  }

  #end(at: number): void {
    const frame = this.#frames.pop();
    if (frame?.target === undefined) return;
    if (frame.otherwise !== undefined) {
      this.charges.joinJunctions(frame.otherwise, frame.target);
      frame.branchedTo = true;
    }
    if (!this.open) this.#store(at);
    // Nothing meets where a loop ends, or a block that no branch leaves: there the region goes on.
    const goesOn = frame.isLoop || !frame.branchedTo;
    if (goesOn && this.open) return;
    this.#fallInto(frame, frame.target, at);
    if (this.open) this.#enter('region', frame.target);
  }

  /** The region ends here, and what follows is the target of `frame`. */
  #fallInto(frame: Frame, target: number, at: number): void {
    frame.branchedTo = true;
    if (this.#region === undefined) return;
    if (this.open) this.#load(at);
    this.charges.join(this.#region, target);
  }

  /** The region ends in branches to the frames that are so many levels out. */
  #branch(depths: readonly number[], at: number): void {
    if (this.#region === undefined) return;
    const outermost = this.#frames.length - 1;
    if (depths.includes(outermost)) this.#store(at);
    if (depths.some((depth) => depth !== outermost) || this.#conditional(at)) this.#load(at);
    for (const depth of depths) {
      const frame = this.#frames[outermost - depth];
      if (frame?.target === undefined) throw unreadable('a branch leads nowhere', at);
      frame.branchedTo = true;
      this.charges.join(this.#region, frame.target);
    }
  }

  #conditional(at: number): boolean {
    return this.#code.bytes[at] === opcodes.brIf;
  }

  #labels(): readonly number[] {
    const labels = new Set<number>();
    for (let left = this.#code.number(); left >= 0; left--) labels.add(this.#code.number());
    return [...labels];
  }

  #enter(kind: 'entry' | 'loop' | 'region', junction: number): void {
    this.#region = this.charges.region(junction);
    this.#stored = false;
    this.cuts.push({ kind, at: this.#code.at, region: this.#region });
  }

  #leave(): void {
    this.#region = undefined;
    this.#stored = false;
  }

  #store(at: number): void {
    if (this.#region !== undefined && !this.#stored) this.cuts.push({ kind: 'store', at });
  }

  #load(at: number): void {
    if (this.#region === undefined || !this.#stored) return;
    this.cuts.push({ kind: 'load', at });
    this.#stored = false;
  }

  #bulk(at: number, use: BulkUse): void {
    if (this.#region === undefined) return;
    this.#store(at);
    this.cuts.push({ kind: 'bulk', at, use });
    this.#stored = true;
  }
}
