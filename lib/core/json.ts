/** Any value that JSON can hold: what a guest returns and what an error's facts are made of. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object; a key whose value is `undefined` is absent, as `JSON.stringify` has it. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Whether `value` is a JSON object: not null and not a list. */
export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * `value` as JSON text would bring it back: without absent keys, and with well-formed text. The same object if nothing has
 * to be changed. Throws if JSON has no such value.
 */
export function checkedJson(value: unknown): Json {
  if (typeof value === 'string') return value.isWellFormed() ? value : value.toWellFormed();
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return checkedEntries(value);
  const prototype = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined;
  if (prototype === Object.prototype || prototype === null) return checkedObject(value as object);
  if (saysItself(value)) return checkedJson(value.toJSON());
  throw new TypeError(`${typeof value === 'object' ? value?.constructor?.name : String(value)} is no JSON`);
}

const saysItself = (value: unknown): value is { toJSON(): unknown } =>
  typeof value === 'object' && typeof (value as { toJSON?: unknown } | null)?.toJSON === 'function';

function checkedEntries(values: readonly unknown[]): readonly Json[] {
  let changed: Json[] | undefined;
  for (let at = 0; at < values.length; at++) {
    const json = checkedJson(values[at]);
    // Up to here all was JSON.
    if (json !== values[at]) changed ??= values.slice(0, at) as Json[];
    changed?.push(json);
  }
  return changed ?? (values as readonly Json[]);
}

function checkedObject(value: object): JsonObject {
  const entries: readonly [string, unknown][] = Object.entries(value);
  let changed: [string, Json][] | undefined;
  for (const [at, [key, entry]] of entries.entries()) {
    const name = key.toWellFormed();
    const json = entry === undefined ? undefined : checkedJson(entry);
    // Up to here all was JSON.
    if (json === undefined || name !== key || json !== entry) changed ??= entries.slice(0, at) as [string, Json][];
    if (json !== undefined) changed?.push([name, json]);
  }
  // Not by assignment: a key may be `__proto__`.
  return changed ? Object.fromEntries(changed) : (value as JsonObject);
}
