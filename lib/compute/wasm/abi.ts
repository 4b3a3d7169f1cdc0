import type { Signature } from './binary.ts';

/** A pointer or a 64-bit number as the guest passes it: a bigint if it is an i64, else a number. */
export type GuestValue = number | bigint;

/** A function of the guest, or one that it imports. */
export type GuestFunction = (...values: GuestValue[]) => GuestValue | undefined;

/**
 * The binary conventions of a module. One host serves both pointer widths: its functions take and return numbers, and
 * this says how they cross the border. Kinds are a letter each: `p` a pointer or size, `l` a 64-bit integer, `i` an i32,
 * `d` an f64. A 32-bit module passes `l` as two i32, low half first, and returns it as its low half.
 */
export interface Abi {
  /** The module format's name in AO. */
  readonly format: string;
  /** Which of Emscripten's own conventions it is built with: the number AO gave them, 4 for the 64-bit formats too. */
  readonly generation: 1 | 2 | 3 | 4;
  readonly wide: boolean;
  readonly pointerBytes: 4 | 8;
  /** Where the C library keeps the UTC offset and the zone's name in a `struct tm`. */
  readonly tmOffset: number;
  readonly tmZone: number;
  /** What AO's loader shows a module that reads the clock for the first time. */
  readonly clockStartMs: number;
  /** How large AO's loader lets a memory become, and says so. */
  readonly heapBytes: number;
  /** Whether AO's loader counts gas, which it makes of any module of the format. */
  readonly metering: boolean;
  /** What the names stand for that the module's imports have, by `module.name`. */
  readonly imports: Readonly<Record<string, string>>;
  /** Under which names the module exports what the host uses, where they differ from those of generation 4. */
  readonly exports: Readonly<Record<string, string>>;
}

export const wasm64: Abi = {
  format: 'wasm64-unknown-emscripten-draft_2024_02_15',
  generation: 4,
  wide: true,
  pointerBytes: 8,
  tmOffset: 40,
  tmZone: 48,
  clockStartMs: 10_004,
  heapBytes: 17_179_869_184,
  metering: false,
  imports: {},
  exports: {},
};

export const wasm32: Abi = {
  ...wasm64,
  format: 'wasm32-unknown-emscripten4',
  wide: false,
  pointerBytes: 4,
  tmOffset: 36,
  tmZone: 40,
  heapBytes: 4_294_901_760,
};

/** `value`, a pointer or a size, as the guest takes it. */
export const toGuest = (abi: Abi, value: number): GuestValue => (abi.wide ? BigInt(value) : value);

/** A pointer or a size that the guest gave. One that no memory can have comes out as a number no memory can have. */
export const fromGuest = (abi: Abi, value: GuestValue | undefined): number =>
  abi.wide ? Number(value) : Number(value) >>> 0;

/** How `kinds`, such as `ppl>p`, look in a module of that ABI. */
export function signatureOf(abi: Abi, kinds: string): Signature {
  const [parameters = '', result = ''] = kinds.split('>');
  const letters = [...parameters].map((kind) => {
    if (kind === 'p') return abi.wide ? 'j' : 'i';
    if (kind === 'l') return abi.wide ? 'j' : 'ii';
    return kind;
  });
  return `${letters.join('')}>${result === 'p' || result === 'l' ? (abi.wide ? 'j' : 'i') : result}`;
}

/** Wraps `call` so that a guest of that ABI can import it. `setHighHalf` takes what a 32-bit result has no room for. */
export function importFunction(
  abi: Abi,
  kinds: string,
  call: (...values: number[]) => number | undefined,
  setHighHalf: (half: number) => void,
): GuestFunction {
  const [parameters = '', result = ''] = kinds.split('>');
  return (...values) => {
    const returned = call(...readParameters(abi, parameters, values)) ?? 0;
    if (result !== 'p' && result !== 'l') return returned;
    if (abi.wide) return BigInt(returned);
    if (result === 'l') setHighHalf(Math.floor(returned / 2 ** 32) | 0);
    return returned | 0;
  };
}

function readParameters(abi: Abi, kinds: string, values: readonly GuestValue[]): number[] {
  let at = 0;
  const next = () => values[at++] ?? 0;
  const read: number[] = [];
  for (const kind of kinds) {
    if (kind === 'p') read.push(fromGuest(abi, next()));
    else if (kind === 'l' && !abi.wide) {
      const low = Number(next()) >>> 0;
      read.push(exact(Number(next()) * 2 ** 32 + low));
    } else if (kind === 'l') read.push(exact(Number(next())));
    else read.push(Number(next()));
  }
  return read;
}

/** A 64-bit integer that a number cannot hold is not a number. */
const exact = (value: number): number => (Number.isSafeInteger(value) ? value : Number.NaN);
