// Modules made byte by byte, small enough to count by hand.

/** An unsigned number as WebAssembly writes it. */
export const number = (value: number): readonly number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...number(Math.floor(value / 0x80))];

/** A signed number as WebAssembly writes it. */
export const signed = (value: number): readonly number[] =>
  value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];

const list = (entries: readonly (readonly number[])[]) => [...number(entries.length), ...entries.flat()];
const text = (value: string) => [...number(value.length), ...new TextEncoder().encode(value)];
const section = (id: number, entries: readonly (readonly number[])[]) => {
  if (entries.length === 0) return [];
  const content = list(entries);
  return [id, ...number(content.length), ...content];
};

export const i32 = 0x7f;
export const i64 = 0x7e;

export interface FunctionText {
  readonly parameters?: readonly number[];
  readonly results?: readonly number[];
  readonly locals?: readonly number[];
  /** Without the last `end`. */
  readonly code: readonly number[];
  readonly export?: string;
}

export interface ModuleText {
  readonly functions: readonly FunctionText[];
  /** Functions without parameters and results, as `module.name`. */
  readonly imports?: readonly string[];
  /** The first values of mutable i32 globals. */
  readonly globals?: readonly number[];
  /** Flags, initial and maximum pages. */
  readonly memory?: readonly number[];
  /** How many entries, all of them empty. */
  readonly table?: number;
  readonly exports?: readonly { readonly name: string; readonly kind: number; readonly index: number }[];
}

export function assemble({ functions, imports = [], globals = [], memory, table, exports = [] }: ModuleText) {
  const types = functions.map(({ parameters = [], results = [] }) => [
    0x60,
    ...number(parameters.length),
    ...parameters,
    ...number(results.length),
    ...results,
  ]);
  const named = functions.flatMap((one, index) =>
    one.export === undefined ? [] : [{ name: one.export, kind: 0, index: index + imports.length }],
  );
  const importType = types.push([0x60, 0, 0]) - 1;
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, types),
    ...section(
      2,
      imports.map((path) => {
        const [module = '', name = ''] = path.split('.');
        return [...text(module), ...text(name), 0, ...number(importType)];
      }),
    ),
    ...section(
      3,
      functions.map((_, index) => number(index)),
    ),
    ...section(4, table === undefined ? [] : [[0x70, 0, ...number(table)]]),
    ...section(5, memory ? [memory.flatMap(number)] : []),
    ...section(
      6,
      globals.map((value) => [i32, 1, 0x41, ...signed(value), 0x0b]),
    ),
    ...section(
      7,
      [...named, ...exports].map(({ name, kind, index }) => [...text(name), kind, ...number(index)]),
    ),
    ...section(
      10,
      functions.map(({ locals = [], code }) => {
        const body = [...list(locals.map((type) => [1, type])), ...code, 0x0b];
        return [...number(body.length), ...body];
      }),
    ),
  ]);
}
