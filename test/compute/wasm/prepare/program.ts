// Random programs made of every kind of branch, and an interpreter that counts their instructions one by one.

import fc from 'fast-check';
import { assemble, type FunctionText, number, signed } from './wasm-text.ts';

/** Conditions and targets depend on the state, a number that most statements change. */
export type Statement =
  | { readonly kind: 'step'; readonly by: number }
  | { readonly kind: 'nop' }
  | { readonly kind: 'block' | 'loop'; readonly body: readonly Statement[] }
  | { readonly kind: 'if'; readonly yes: readonly Statement[]; readonly no?: readonly Statement[] | undefined }
  | { readonly kind: 'br' | 'br_if'; readonly depth: number }
  | { readonly kind: 'br_table'; readonly depths: readonly number[] }
  | { readonly kind: 'call'; readonly callee: number }
  | { readonly kind: 'return' };

export type Program = readonly (readonly Statement[])[];

const { statements } = fc.letrec<{ statements: Statement[]; statement: Statement }>((tie) => ({
  statements: fc.array(tie('statement'), { maxLength: 6 }),
  statement: fc.oneof(
    { maxDepth: 6, depthSize: 'medium' },
    fc.record({ kind: fc.constant('step' as const), by: fc.nat(100) }),
    fc.record({ kind: fc.constant('nop' as const) }),
    fc.record({ kind: fc.constantFrom('br' as const, 'br_if' as const), depth: fc.nat(6) }),
    fc.record({ kind: fc.constant('br_table' as const), depths: fc.array(fc.nat(6), { minLength: 1, maxLength: 5 }) }),
    fc.record({ kind: fc.constant('call' as const), callee: fc.nat(3) }),
    fc.record({ kind: fc.constant('return' as const) }),
    fc.record({ kind: fc.constantFrom('block' as const, 'loop' as const), body: tie('statements') }),
    fc.record({
      kind: fc.constant('if' as const),
      yes: tie('statements'),
      no: fc.option(tie('statements'), { nil: undefined }),
    }),
  ),
}));

/** Functions that may call those after them. */
export const programs: fc.Arbitrary<Program> = fc.array(statements, { minLength: 1, maxLength: 4 });

const state = 0;
const fuel = 1;
/** A call and a round of a loop take one unit of fuel each, and return when there is none, so that all ends. */
const fuelAtFirst = 300;

const getState = [0x23, state];
const checkFuel = [0x23, fuel, 0x45, 0x04, 0x40, 0x0f, 0x0b, 0x23, fuel, 0x41, 1, 0x6b, 0x24, fuel];
const checkCost = 7;
const emptyCost = 4;

export const assembleProgram = (program: Program): Uint8Array<ArrayBuffer> =>
  assemble({
    functions: program.map((body, index): FunctionText => {
      const code = [...checkFuel, ...body.flatMap((one) => encode(one, 0, index, program.length))];
      return { code, ...(index === 0 ? { export: 'run' } : {}) };
    }),
    globals: [1, fuelAtFirst],
    exports: [{ name: 'state', kind: 3, index: state }],
  });

/** Depths and callees are taken modulo what there is. */
function encode(one: Statement, depth: number, index: number, count: number): readonly number[] {
  const inner = (body: readonly Statement[]) => body.flatMap((each) => encode(each, depth + 1, index, count));
  const label = (wanted: number) => number(wanted % (depth + 1));
  switch (one.kind) {
    case 'step':
      return [...getState, 0x41, ...signed(5), 0x6c, 0x41, ...signed(one.by), 0x6a, 0x24, state];
    case 'nop':
      return [0x01];
    case 'block':
      return [0x02, 0x40, ...inner(one.body), 0x0b];
    case 'loop':
      return [0x03, 0x40, ...checkFuel, ...inner(one.body), 0x0b];
    case 'if':
      return [...condition(2), 0x04, 0x40, ...inner(one.yes), ...(one.no ? [0x05, ...inner(one.no)] : []), 0x0b];
    case 'br':
      return [0x0c, ...label(one.depth)];
    case 'br_if':
      return [...condition(3), 0x0d, ...label(one.depth)];
    case 'br_table': {
      const last = one.depths.length - 1;
      return [...condition(last + 2), 0x0e, ...number(last), ...one.depths.flatMap(label)];
    }
    case 'call':
      return index + 1 < count ? [0x10, ...number(callee(one.callee, index, count))] : [];
    case 'return':
      return [0x0f];
  }
}

const condition = (modulus: number) => [...getState, 0x41, ...signed(modulus), 0x70];
const conditionCost = 3;
const callee = (wanted: number, index: number, count: number) => index + 1 + (wanted % (count - index - 1));

/** What the program's instructions cost when they run, each by itself. */
export function interpret(program: Program): { readonly gas: bigint; readonly state: number } {
  let gas = 0;
  let value = 1;
  let left = fuelAtFirst;
  const modulo = (modulus: number) => (value >>> 0) % modulus;
  /** A branch leads so many levels out; further than there are is a return. */
  const returned = Number.POSITIVE_INFINITY;

  /** Whether there was fuel. */
  const check = () => {
    if (left === 0) {
      gas += emptyCost;
      return false;
    }
    gas += checkCost;
    left--;
    return true;
  };
  const runAll = (body: readonly Statement[], depth: number, index: number): number | undefined => {
    for (const one of body) {
      const branch = run(one, depth, index);
      if (branch !== undefined) return branch;
    }
    return undefined;
  };
  const out = (branch: number | undefined) => (branch === undefined || branch === 0 ? undefined : branch - 1);
  const target = (wanted: number, depth: number) => (wanted % (depth + 1) === depth ? returned : wanted % (depth + 1));
  const run = (one: Statement, depth: number, index: number): number | undefined => {
    switch (one.kind) {
      case 'step':
        gas += 6;
        value = (Math.imul(value, 5) + one.by) | 0;
        return undefined;
      case 'nop':
        return undefined;
      case 'block':
        return out(runAll(one.body, depth + 1, index));
      case 'loop':
        for (;;) {
          if (!check()) return returned;
          const branch = runAll(one.body, depth + 1, index);
          if (branch !== 0) return out(branch);
        }
      case 'if':
        gas += conditionCost + 1;
        return out(runAll(modulo(2) !== 0 ? one.yes : (one.no ?? []), depth + 1, index));
      case 'br':
        gas += 1;
        return target(one.depth, depth);
      case 'br_if':
        gas += conditionCost + 1;
        return modulo(3) === 0 ? undefined : target(one.depth, depth);
      case 'br_table':
        gas += conditionCost + 1;
        return target(one.depths[Math.min(modulo(one.depths.length + 1), one.depths.length - 1)] ?? 0, depth);
      case 'call':
        if (index + 1 >= program.length) return undefined;
        gas += 1;
        call(callee(one.callee, index, program.length));
        return undefined;
      case 'return':
        gas += 1;
        return returned;
    }
  };
  const call = (index: number) => {
    if (check()) runAll(program[index] ?? [], 0, index);
  };
  call(0);
  return { gas: BigInt(gas), state: value };
}
