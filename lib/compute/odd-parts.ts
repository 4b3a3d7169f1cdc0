// What a packer would change of a state is packed beside it, and put back when the state is unpacked.

import { isOdd } from './plain-state.ts';

/** A value, or what says which one it is: 0 the value itself, 1 negative zero, 2 text by its code units. */
export type Code = readonly [kind: 0 | 1 | 2, value?: unknown];

/** A list, record, map or set, and all it has: keys and values by turns. */
export type OddPart = readonly [holder: object, parts: readonly Code[]];

export const code = (value: unknown): Code => {
  if (!isOdd(value)) return [0, value];
  return typeof value === 'string'
    ? [2, Uint16Array.from({ length: value.length }, (_, at) => value.charCodeAt(at))]
    : [1];
};

export function decode([kind, value]: Code): unknown {
  if (kind === 0) return value;
  if (kind === 1) return -0;
  let text = '';
  // It was made of a text.
  for (const unit of value as Uint16Array) text += String.fromCharCode(unit);
  return text;
}

export const oddPart = (holder: object): OddPart => [holder, entriesOf(holder).flatMap((entry) => entry.map(code))];

/** Puts back what a packer has changed. */
export function restore([holder, parts]: OddPart): void {
  const values = parts.map(decode);
  if (holder instanceof Map || holder instanceof Set) holder.clear();
  else if (Array.isArray(holder)) clear(holder, values.length / 2);
  // It was packed from a record if it is nothing else.
  else for (const key of Object.keys(holder)) Reflect.deleteProperty(holder, key);
  for (let at = 0; at < values.length; at += 2) {
    const [key, value] = [values[at], values[at + 1]];
    if (holder instanceof Map) holder.set(key, value);
    else if (holder instanceof Set) holder.add(value);
    else put(holder, key as PropertyKey, value);
  }
}

/** Empties a list of which not all places were taken. */
function clear(list: unknown[], taken: number): void {
  const { length } = list;
  if (taken >= length) return;
  list.length = 0;
  list.length = length;
}

/** Not by setting it: there is a key that would set something else. */
const put = (holder: object, key: PropertyKey, value: unknown): unknown =>
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });

function entriesOf(holder: object): (readonly [unknown, unknown])[] {
  if (holder instanceof Map || holder instanceof Set) return [...holder.entries()];
  return Object.entries(holder);
}
