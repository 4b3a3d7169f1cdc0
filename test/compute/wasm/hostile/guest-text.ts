// Small modules of the current formats, of either width, that can call everything the host has.

import { type Abi, signatureOf, wasm32, wasm64 } from '../../../../lib/compute/wasm/abi.ts';
import { hostFunctions } from '../../../../lib/compute/wasm/host.ts';

/** Instructions. */
export type Code = readonly number[];

export interface GuestText {
  readonly wide: boolean;
  /** What `handle` does for a message whose data start with X, before it returns the result. */
  readonly bad?: (write: Writer) => Code;
  /** Functions that are imported, by their names in the host's tables, or else by `module.name` and a type. */
  readonly imports?: readonly (string | readonly [path: string, signature: string])[];
  /** Own code of what the host calls; `emscripten_builtin_memalign` is exported only if it is here. */
  readonly functions?: Readonly<Record<string, (write: Writer) => Code>>;
  readonly pages?: readonly [initial: number, maximum: number];
  /** Put at {@link places}.text. */
  readonly text?: string;
  /** Whether the table of functions is there, with `handle` at 1 and {@link GuestText.entry} at 2. */
  readonly entry?: (write: Writer) => Code;
  /** Flags of the memory besides its width. */
  readonly memoryFlags?: number;
}

/** Where things lie in a guest's memory. */
export const places = {
  /** The result of a good message. */
  result: 1024,
  /** Free to use: kept between turns, and free within one. */
  counter: 2048,
  scratch: 4096,
  text: 8192,
  stackEnd: 16_384,
  stackBase: 16_384 + 65_536,
  heap: 131_072,
} as const;

const prefix = '{"ok":true,"response":{"Output":"';
/** Where the digit is that a guest prints. */
export const digitAt = places.result + prefix.length;
/** Where the data of an unsigned message start. */
const dataOffset = `{"Id":"${'A'.repeat(43)}","Signature":null,"Data":"`.length;
const parameters = { message: 0, environment: 1, first: 2, second: 3, third: 4 };

/** Writes instructions for a guest of some width. `p` is a pointer, `i` an i32, `l` an i64. */
export class Writer {
  readonly wide: boolean;
  readonly #indexes: ReadonlyMap<string, number>;

  constructor(wide: boolean, indexes: ReadonlyMap<string, number>) {
    this.wide = wide;
    this.#indexes = indexes;
  }

  i(value: number): Code {
    return [0x41, ...signed(BigInt(value | 0))];
  }

  l(value: bigint): Code {
    return [0x42, ...signed(BigInt.asIntN(64, value))];
  }

  p(value: number | bigint): Code {
    return this.wide ? this.l(BigInt(value)) : this.i(Number(BigInt.asIntN(32, BigInt(value))));
  }

  /** Locals of `handle` that hold pointers. */
  get(name: keyof typeof parameters): Code {
    return [0x20, parameters[name]];
  }

  set(name: keyof typeof parameters, value: Code): Code {
    return [...value, 0x21, parameters[name]];
  }

  add(one: Code, other: Code): Code {
    return [...one, ...other, this.wide ? 0x7c : 0x6a];
  }

  below(one: Code, other: Code): Code {
    return [...one, ...other, this.wide ? 0x54 : 0x49];
  }

  /** The size of the memory in bytes. */
  size(): Code {
    return [0x3f, 0, ...this.p(16), this.wide ? 0x86 : 0x74];
  }

  load8(at: Code): Code {
    return [...at, 0x2d, 0, 0];
  }

  load32(at: Code): Code {
    return [...at, 0x28, 0, 0];
  }

  store8(at: Code, value: Code): Code {
    return [...at, ...value, 0x3a, 0, 0];
  }

  store32(at: Code, value: Code): Code {
    return [...at, ...value, 0x36, 0, 0];
  }

  storeP(at: Code, value: Code): Code {
    return [...at, ...value, ...(this.wide ? [0x37, 0, 0] : [0x36, 0, 0])];
  }

  fill(at: Code, byte: number, length: Code): Code {
    return [...at, ...this.i(byte), ...length, 0xfc, 0x0b, 0];
  }

  copy(to: Code, from: Code, length: Code): Code {
    return [...to, ...from, ...length, 0xfc, 0x0a, 0, 0];
  }

  /** Writes a short text with its end. */
  text(at: Code, value: string): Code {
    return [...utf8.encode(`${value}\0`)].flatMap((byte, i) =>
      this.store8(i === 0 ? at : this.add(at, this.p(i)), this.i(byte)),
    );
  }

  grow(pages: number): Code {
    return [...this.p(pages), 0x40, 0];
  }

  call(name: string, ...values: readonly Code[]): Code {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new Error(`The guest has no function ${name}`);
    return [...values.flat(), 0x10, ...unsigned(index)];
  }

  drop(code: Code): Code {
    return [...code, 0x1a];
  }

  forever(code: Code): Code {
    return [0x03, 0x40, ...code, 0x0c, 0, 0x0b];
  }

  /** Runs `code` while the condition that it leaves holds. */
  repeat(code: Code): Code {
    return [0x03, 0x40, ...code, 0x0d, 0, 0x0b];
  }

  when(condition: Code, code: Code): Code {
    return [...condition, 0x04, 0x40, ...code, 0x0b];
  }

  result(pointer: Code): Code {
    return [...pointer, 0x0f];
  }

  trap(): Code {
    return [0x00];
  }
}

/** The data of a message on which a guest does what is bad. */
export const badData = 'X';

/** The bytes of a module. A good message counts, and prints the count's last digit. */
export function guestText(text: GuestText): Uint8Array<ArrayBuffer> {
  const { wide, imports = [], pages = [3, 64], entry } = text;
  const abi = wide ? wasm64 : wasm32;
  const imported = imports.map((one) => (typeof one === 'string' ? hostImport(abi, one) : ownImport(one)));
  const functions = functionsOf(text);
  const indexes = new Map<string, number>();
  for (const { name } of [...imported, ...functions]) indexes.set(name, indexes.size);
  const write = new Writer(wide, indexes);
  const types = new Map<string, number>();
  const typeOf = (signature: string) => {
    if (!types.has(signature)) types.set(signature, types.size);
    return types.get(signature) ?? 0;
  };
  const importSection = imported.map(({ module, name, signature }) => [
    ...names(module, name),
    0,
    ...unsigned(typeOf(signature)),
  ]);
  const functionSection = functions.map(({ kinds }) => unsigned(typeOf(signatureOf(abi, kinds))));
  const pointer = wide ? 0x7e : 0x7f;
  const bodies = functions.map(({ name, code }) =>
    sized([...(name === 'handle' ? [1, 3, pointer] : [0]), ...code(write), 0x0b]),
  );
  const memoryFlags = (text.memoryFlags ?? 0) | (wide ? 4 : 0) | 1;
  const exported = functions.map(({ name }) => [...string(name), 0, ...unsigned(indexes.get(name) ?? 0)]);
  const dataAt = (at: number, value: string) => [
    0,
    ...(wide ? write.l(BigInt(at)) : write.i(at)),
    0x0b,
    ...sized([...utf8.encode(`${value}\0`)]),
  ];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list([...types.keys()].map(functionType))),
    ...section(2, list(importSection)),
    ...section(3, list(functionSection)),
    ...section(4, list([[0x70, 0, 3]])),
    ...section(5, list([[memoryFlags, ...pages.flatMap(unsigned)]])),
    ...section(6, list([[pointer, 1, ...write.p(places.stackBase), 0x0b]])),
    ...section(7, list([[...string('memory'), 2, 0], [...string('__indirect_function_table'), 1, 0], ...exported])),
    ...section(9, entry ? list([elements(1, [indexes.get('handle') ?? 0, indexes.get('entry') ?? 0])]) : list([])),
    ...section(10, list(bodies)),
    ...section(11, list([dataAt(places.result, `${prefix}0"}}`), dataAt(places.text, text.text ?? '')])),
  ]);
}

interface ImportText {
  readonly module: string;
  readonly name: string;
  readonly signature: string;
}

function hostImport(abi: Abi, path: string): ImportText {
  const known = hostFunctions[path];
  if (!known) throw new Error(`The host has no ${path}`);
  return ownImport([path, signatureOf(abi, known.kinds)]);
}

function ownImport([path, signature]: readonly [string, string]): ImportText {
  const [module = '', name = ''] = path.split('.');
  return { module, name, signature };
}

interface FunctionOfGuest {
  readonly name: string;
  readonly kinds: string;
  readonly code: (write: Writer) => Code;
}

/** Where {@link GuestText.functions} has another, that takes the place of the one here. */
function functionsOf({ bad, functions = {}, entry }: GuestText): readonly FunctionOfGuest[] {
  const stackPointer = [0x23, 0];
  const usual: readonly FunctionOfGuest[] = [
    { name: 'handle', kinds: 'pp>p', code: (write) => handle(write, bad) },
    { name: '__wasm_call_ctors', kinds: '>', code: () => [] },
    { name: 'emscripten_stack_init', kinds: '>', code: () => [] },
    { name: 'emscripten_stack_get_base', kinds: '>p', code: (write) => write.p(places.stackBase) },
    { name: 'emscripten_stack_get_end', kinds: '>p', code: (write) => write.p(places.stackEnd) },
    { name: 'emscripten_stack_get_current', kinds: '>p', code: () => stackPointer },
    { name: '_emscripten_stack_restore', kinds: 'p>', code: () => [0x20, 0, 0x24, 0] },
    {
      name: '_emscripten_stack_alloc',
      kinds: 'p>p',
      code: (write) => [
        ...stackPointer,
        ...[0x20, 0, write.wide ? 0x7d : 0x6b],
        ...[...write.p(-16), write.wide ? 0x83 : 0x71],
        ...[0x22, 0, 0x24, 0, 0x20, 0],
      ],
    },
    { name: 'setThrew', kinds: 'pi>', code: () => [] },
    { name: 'sbrk', kinds: 'p>p', code: (write) => write.p(places.heap) },
    ...(functions.emscripten_builtin_memalign
      ? [{ name: 'emscripten_builtin_memalign', kinds: 'pp>p', code: () => [] }]
      : []),
    ...(entry ? [{ name: 'entry', kinds: '>', code: entry }] : []),
  ];
  return usual.map((one) => ({ ...one, code: functions[one.name] ?? one.code }));
}

function handle(write: Writer, bad: GuestText['bad']): Code {
  const first = write.load8(write.add(write.get('message'), write.p(dataOffset)));
  const at = write.p(digitAt);
  return [
    ...write.store8(at, [...write.load8(at), ...write.i(1), 0x6a]),
    ...(bad ? write.when([...first, ...write.i(badData.charCodeAt(0)), 0x46], bad(write)) : []),
    ...write.p(places.result),
  ];
}

const letters: Readonly<Record<string, number>> = { i: 0x7f, j: 0x7e, f: 0x7d, d: 0x7c };

function functionType(signature: string): Code {
  const [before = '', after = ''] = signature.split('>');
  return [0x60, ...[before, after].flatMap((kinds) => list([...kinds].map((kind) => [letters[kind] ?? 0])))];
}

const elements = (at: number, indexes: readonly number[]): Code => [
  ...[0, 0x41, ...signed(BigInt(at)), 0x0b],
  ...list(indexes.map(unsigned)),
];

function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: bigint): Code {
  const rest = value >> 7n;
  const low = Number(value & 0x7fn);
  const last = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0);
  return last ? [low] : [low | 0x80, ...signed(rest)];
}

const utf8 = new TextEncoder();
const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes];
const section = (id: number, bytes: Code): Code => [id, ...sized(bytes)];
const list = (entries: readonly Code[]): Code => [...unsigned(entries.length), ...entries.flat()];
const string = (value: string): Code => sized([...utf8.encode(value)]);
const names = (module: string, name: string): Code => [...string(module), ...string(name)];
