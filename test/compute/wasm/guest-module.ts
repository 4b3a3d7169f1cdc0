// Builds tiny 32-bit modules of AO's format, byte by byte, whose `handle` does one thing wrong.

/** The instructions of a function body, without its end. */
export type Code = readonly number[];

export interface GuestOptions {
  /** What `handle` does for a message whose id starts with X, instead of returning the result. */
  readonly bad?: Code;
  /** What the constructors do. */
  readonly constructors?: Code;
  /** The result of `handle`. The character at `%` counts the messages. */
  readonly result?: string | Uint8Array;
  /** Functions to import from `env`, of no parameters and no results. They have the indices from 1. */
  readonly imports?: readonly string[];
  readonly without?: string;
  readonly memoryPages?: number;
  /** As which of the older formats it is built; without it, as the current one. */
  readonly older?: Older;
}

/** What an older format calls things. */
export interface Older {
  /** Own names of exports; null for those that it does not have. */
  readonly exports: Readonly<Record<string, string | null>>;
  /** The module and the name of `exit`. */
  readonly exit: readonly [module: string, name: string];
  /** Functions besides those of the current format. */
  readonly also: readonly { readonly name: string; readonly type: number; readonly code: Code }[];
  /** Functions to import after `exit`, with their types. */
  readonly imports: readonly (readonly [module: string, name: string, type: number])[];
}

/** The id of a message on which a module of this file does what is wrong with it. */
export const badId = `X${'A'.repeat(42)}`;

/** The instructions that the tests need. */
export const op = {
  unreachable: [0x00],
  loopForEver: [0x03, 0x40, 0x0c, 0x00, 0x0b, 0x00],
  call: (index: number) => [0x10, ...unsigned(index)],
  constant: (value: number) => constant(value),
  /** Calls `exit`, which has index 0, with status 3. */
  exit: [0x41, 3, 0x10, 0, 0x00],
  growByOnePage: [0x41, 1, 0x40, 0, 0x1a],
  countUp: (at: number) => [...constant(at), ...constant(at), 0x2d, 0, 0, ...constant(1), 0x6a, 0x3a, 0, 0],
  storeFarAway: [...constant(-4), ...constant(1), 0x36, 2, 0, 0x00],
} as const;

const resultAt = 1024;
const stackEnd = 8192;
const stackBase = stackEnd + 65_536;

export const defaultResult = '{"ok":true,"response":{"Output":"%"}}';

/** The bytes of a module. */
export function guestModule(options: GuestOptions = {}): Uint8Array<ArrayBuffer> {
  const {
    bad = op.unreachable,
    constructors = [],
    imports = [],
    result = defaultResult,
    memoryPages = 2,
    older,
  } = options;
  const nameOf = (name: string) => (older && name in older.exports ? older.exports[name] : name);
  const text = typeof result === 'string' ? new TextEncoder().encode(`${result}\0`) : result;
  const counterAt = resultAt + text.indexOf('%'.charCodeAt(0));
  const functions = [
    ...allFunctions(bad, constructors, counterAt, memoryPages * 65_536),
    ...(older?.also ?? []),
  ].filter(({ name }) => name !== options.without && nameOf(name) !== null);
  const allImports = [
    older ? imported(older.exit[1], 1, older.exit[0]) : imported('exit', 1),
    ...imports.map((name) => imported(name, 0)),
    ...(older?.imports ?? []).map(([module, name, type]) => imported(name, type, module)),
  ];
  const first = allImports.length;
  const data = text.map((byte) => (byte === '%'.charCodeAt(0) ? '0'.charCodeAt(0) : byte));
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list(types)),
    ...section(2, list(allImports)),
    ...section(3, list(functions.map(({ type }) => [type]))),
    ...section(4, list([[0x70, 0, 1]])),
    ...section(5, list([[0x01, ...unsigned(memoryPages), 16]])),
    ...section(6, list([[0x7f, 0x01, ...op.constant(stackBase), 0x0b]])),
    ...section(
      7,
      list([
        exported(nameOf('memory') ?? 'memory', 2, 0),
        exported(nameOf('__indirect_function_table') ?? '__indirect_function_table', 1, 0),
        ...functions.map(({ name }, i) => exported(nameOf(name) ?? name, 0, first + i)),
      ]),
    ),
    ...section(10, list(functions.map(({ code }) => sized([0, ...code, 0x0b])))),
    ...section(11, list([[0, ...op.constant(resultAt), 0x0b, ...sized([...data])]])),
  ]);
}

const types: readonly Code[] = [
  [0x60, 0, 0],
  [0x60, 1, 0x7f, 0],
  [0x60, 0, 1, 0x7f],
  [0x60, 1, 0x7f, 1, 0x7f],
  [0x60, 2, 0x7f, 0x7f, 0],
  [0x60, 2, 0x7f, 0x7f, 1, 0x7f],
];

/** The id follows `{"Id":"`. */
const idOffset = 7;

const allFunctions = (bad: Code, constructors: Code, counterAt: number, heapEnd: number) => [
  {
    name: 'handle',
    type: 5,
    code: [
      ...(counterAt < resultAt ? [] : op.countUp(counterAt)),
      ...[0x20, 0, 0x2d, 0, idOffset, ...op.constant('X'.charCodeAt(0)), 0x46, 0x04, 0x40, ...bad, 0x0b],
      ...op.constant(resultAt),
    ],
  },
  { name: '__wasm_call_ctors', type: 0, code: constructors },
  { name: 'emscripten_stack_init', type: 0, code: [] },
  { name: 'emscripten_stack_get_base', type: 2, code: op.constant(stackBase) },
  { name: 'emscripten_stack_get_end', type: 2, code: op.constant(stackEnd) },
  { name: 'emscripten_stack_get_current', type: 2, code: [0x23, 0] },
  { name: '_emscripten_stack_restore', type: 1, code: [0x20, 0, 0x24, 0] },
  {
    name: '_emscripten_stack_alloc',
    type: 3,
    code: [0x23, 0, 0x20, 0, 0x6b, ...op.constant(-16), 0x71, 0x22, 0, 0x24, 0, 0x20, 0],
  },
  { name: 'setThrew', type: 4, code: [] },
  { name: 'sbrk', type: 3, code: op.constant(heapEnd) },
];

function constant(value: number): number[] {
  return [0x41, ...signed(value)];
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  const rest = value >> 7;
  const last = (rest === 0 && (value & 0x40) === 0) || (rest === -1 && (value & 0x40) !== 0);
  return last ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(rest)];
}

const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes];
const section = (id: number, bytes: Code): Code => [id, ...sized(bytes)];
const list = (entries: readonly Code[]): Code => [...unsigned(entries.length), ...entries.flat()];
const text = (value: string): Code => sized([...new TextEncoder().encode(value)]);
const imported = (name: string, type: number, module = 'env'): Code => [...text(module), ...text(name), 0, type];
const exported = (name: string, kind: number, index: number): Code => [...text(name), kind, ...unsigned(index)];
