import { HeddleError, reasonOf } from '../core/error.ts';
import { isLazy } from '../core/message.ts';

/**
 * Refuses with `state-invalid` a state of which some part would not come back as it was, and says where it is. Returns what
 * holds a part that a packer would change, as its key or as its value.
 */
export function checkPlain(state: unknown): ReadonlySet<object> {
  const walk = new Walk();
  try {
    walk.check(state, 'the state');
    walk.checkBuffers();
  } catch (error) {
    // A getter, a proxy, or parts of parts without end.
    throw error instanceof HeddleError ? error : uncopied(error);
  }
  return walk.odd;
}

/** Says that something went wrong while a state was copied. */
export const uncopied = (error: unknown): HeddleError =>
  new HeddleError('state-invalid', `the state cannot be copied: ${reasonOf(error)}`);

/** Whether a packer would change it: it knows no negative zero, and no text that UTF-8 cannot hold. */
export const isOdd = (value: unknown): boolean =>
  typeof value === 'string' ? !value.isWellFormed() : Object.is(value, -0);

/** Goes through all parts of a state. */
class Walk {
  readonly odd = new Set<object>();
  readonly #seen = new Set<object>();
  /** What stands for bytes of each buffer. */
  readonly #parts = new Map<ArrayBufferLike, BufferPart[]>();

  check(value: unknown, path: string): void {
    if (typeof value === 'function' || typeof value === 'symbol') throw unpackable(path, `a ${typeof value}`);
    if (typeof value !== 'object' || value === null || this.#seen.has(value)) return;
    this.#seen.add(value);
    // It makes its fields when they are read, so that it is not the data that would come back.
    if (isLazy(value)) throw unpackable(path, 'a message: keep the fields that you need of it');
    if (isOwn(value, Array)) this.#list(value, path);
    else if (isOwn(value, Map)) this.#map(value, path);
    else if (isOwn(value, Set)) this.#set(value, path);
    else if (isPlainObject(value)) this.#object(value, path);
    else if (isView(value)) this.#part(value.buffer, value, path);
    else if (isOwn(value, ArrayBuffer)) this.#part(value, { byteOffset: 0, byteLength: value.byteLength }, path);
    else if (!isCopyable(value)) throw unpackable(path, `a ${value.constructor?.name || 'class instance'}`);
  }

  /** Refuses parts that have bytes in common: each would come back with bytes of its own. */
  checkBuffers(): void {
    for (const parts of this.#parts.values()) {
      parts.sort((one, other) => one.from - other.from);
      for (const [at, { from, path }] of parts.entries()) {
        const before = parts[at - 1];
        if (before && before.to > from) throw unpackable(path, `bytes that ${before.path} has too`);
      }
    }
  }

  #part(buffer: ArrayBufferLike, { byteOffset, byteLength }: Bytes, path: string): void {
    if (byteLength === 0) return;
    const part = { from: byteOffset, to: byteOffset + byteLength, path };
    const others = this.#parts.get(buffer);
    if (others) others.push(part);
    else this.#parts.set(buffer, [part]);
  }

  #list(list: readonly unknown[], path: string): void {
    let isWhole = true;
    for (let at = 0; at < list.length; at++) {
      const item = list[at];
      if (item === undefined && isWhole && !Object.hasOwn(list, at)) {
        isWhole = false;
        checkHoles(list, path);
        this.odd.add(list);
      }
      if (isOdd(item)) this.odd.add(list);
      this.check(item, `${path}[${at}]`);
    }
  }

  #object(value: Record<string, unknown>, path: string): void {
    for (const key of Object.keys(value)) {
      if (isOdd(value[key]) || isOdd(key) || key === '__proto__') this.odd.add(value);
      this.check(value[key], `${path}.${key}`);
    }
  }

  #map(map: ReadonlyMap<unknown, unknown>, path: string): void {
    for (const [key, value] of map) {
      if (isOdd(key) || isOdd(value)) this.odd.add(map);
      this.check(key, `a key of ${path}`);
      this.check(value, `${path}.get(${textOf(key)})`);
    }
  }

  #set(set: ReadonlySet<unknown>, path: string): void {
    for (const item of set) {
      if (isOdd(item)) this.odd.add(set);
      this.check(item, `a key of ${path}`);
    }
  }
}

function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Bytes of a buffer, and where in a state they stand. */
interface BufferPart {
  readonly from: number;
  readonly to: number;
  readonly path: string;
}

type Bytes = Pick<ArrayBufferView, 'byteOffset' | 'byteLength'>;

/** Whether it is one of that class itself: one of a class that extends it would come back without what that adds, or empty. */
const isOwn = <T extends object>(value: object, one: new (...args: never[]) => T): value is T =>
  Object.getPrototypeOf(value) === one.prototype;

const isView = (value: object): value is ArrayBufferView =>
  ArrayBuffer.isView(value) && viewClasses.has(Object.getPrototypeOf(value));

const viewClasses: ReadonlySet<unknown> = new Set(
  [
    DataView,
    ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
    ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array],
    // What Node has besides.
    ...[(globalThis as { Buffer?: { prototype: Uint8Array } }).Buffer ?? DataView],
  ].map(({ prototype }) => prototype),
);

/** Other classes of the language whose instances come back as they were. */
const isCopyable = (value: object): boolean =>
  // biome-ignore lint/style/noRestrictedGlobals: what is one, and not what time it is.
  isOwn(value, Date) || isOwn(value, RegExp) || Object.prototype.toString.call(value) === '[object Error]';

/** Refuses a list that is so long only because little stands far behind: a packer writes each of its places. */
function checkHoles(list: readonly unknown[], path: string): void {
  const holes = list.length - Object.keys(list).length;
  if (holes > mostHoles) throw unpackable(path, `a list with ${holes} places that are empty, where a map belongs`);
}

/** Of one list. */
const mostHoles = 65_536;

const textOf = (key: unknown): string => (typeof key === 'string' ? JSON.stringify(key) : typeof key);

const unpackable = (path: string, what: string): HeddleError =>
  new HeddleError('state-invalid', `${path} is ${what}`, { path });
