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
  throw new TypeError(`${typeof value === 'object' ? value?.constructor?.name : String(value)} is no JSON`);
}

function checkedEntries(values: readonly unknown[]): readonly Json[] {
  const checked = Array.from(values, checkedJson);
  return checked.every((value, at) => value === values[at]) ? (values as readonly Json[]) : checked;
}

function checkedObject(value: object): JsonObject {
  let changed = false;
  const checked = Object.entries(value).flatMap(([key, entry]: [string, unknown]) => {
    const [name, json] = entry === undefined ? [key, undefined] : [key.toWellFormed(), checkedJson(entry)];
    changed ||= json === undefined || name !== key || json !== entry;
    return json === undefined ? [] : [[name, json] as const];
  });
  // Nothing but JSON was found in it.
  return changed ? Object.fromEntries(checked) : (value as JsonObject);
}
