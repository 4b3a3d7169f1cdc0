/** Any value that JSON can hold: what a guest returns and what an error's facts are made of. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object; a key whose value is `undefined` is absent, as `JSON.stringify` has it. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Whether `value` is a JSON object: not null and not a list. */
export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
