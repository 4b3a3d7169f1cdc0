import { HeddleError } from '../core/error.ts';
import { isLazy } from '../core/message.ts';

/**
 * Refuses with `state-invalid` a state of which some part would not come back as it was, and says where it is. Returns what
 * holds a part that a packer would change, as its key or as its value.
 */
export function checkPlain(state: unknown): ReadonlySet<object> {
  const walk = new Walk();
  walk.check(state, 'the state');
  return walk.odd;
}

/** Whether a packer would change it: it knows no negative zero, and no text that UTF-8 cannot hold. */
export const isOdd = (value: unknown): boolean =>
  typeof value === 'string' ? !value.isWellFormed() : Object.is(value, -0);

/** Goes through all parts of a state. */
class Walk {
  readonly odd = new Set<object>();
  readonly #seen = new Set<object>();

  check(value: unknown, path: string): void {
    if (typeof value === 'function' || typeof value === 'symbol') throw unpackable(path, `a ${typeof value}`);
    if (typeof value !== 'object' || value === null || this.#seen.has(value)) return;
    this.#seen.add(value);
    // It makes its fields when they are read, so that it is not the data that would come back.
    if (isLazy(value)) throw unpackable(path, 'a message: keep the fields that you need of it');
    if (Array.isArray(value)) this.#list(value, path);
    else if (value instanceof Map) this.#map(value, path);
    else if (value instanceof Set) this.#set(value, path);
    else if (isPlainObject(value)) this.#object(value, path);
    else if (!isCopyable(value)) throw unpackable(path, `a ${value.constructor?.name || 'class instance'}`);
  }

  #list(list: readonly unknown[], path: string): void {
    for (let at = 0; at < list.length; at++) {
      if (isOdd(list[at])) this.odd.add(list);
      this.check(list[at], `${path}[${at}]`);
    }
  }

  #object(value: Record<string, unknown>, path: string): void {
    for (const key of Object.keys(value)) {
      if (isOdd(value[key]) || isOdd(key)) this.odd.add(value);
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

/** Classes of the language whose instances come back as they were. */
const isCopyable = (value: object): boolean =>
  ArrayBuffer.isView(value) || copyable.has(Object.prototype.toString.call(value));

const copyable = new Set(['[object ArrayBuffer]', '[object Date]', '[object RegExp]', '[object Error]']);

const textOf = (key: unknown): string => (typeof key === 'string' ? JSON.stringify(key) : typeof key);

const unpackable = (path: string, what: string): HeddleError =>
  new HeddleError('state-invalid', `${path} is ${what}`, { path });
