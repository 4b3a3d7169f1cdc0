import { decodeBase64Url } from '../../core/base64url.ts';
import { HeddleError } from '../../core/error.ts';
import { excerpt } from '../../core/excerpt.ts';
import { type Id, idToBytes } from '../../core/id.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';

// Reads fields of what hosts answer. Whatever is not as it should be is refused with `response-malformed`.

export function objectOf(value: Json | undefined, name: string): JsonObject {
  return isJsonObject(value) ? value : malformed(name, value);
}

export function listOf(value: Json | undefined, name: string): readonly Json[] {
  return Array.isArray(value) ? value : malformed(name, value);
}

export function textOf(value: Json | undefined, name: string): string {
  return typeof value === 'string' ? value : malformed(name, value);
}

/** The bytes that base64url spells. */
export function bytesOf(value: Json | undefined, name: string): Uint8Array {
  return decodeBase64Url(textOf(value, name)) ?? malformed(name, value);
}

export function idOf(value: Json | undefined, name: string): Id {
  const text = textOf(value, name);
  try {
    idToBytes(text);
  } catch {
    malformed(name, value);
  }
  return text;
}

/** What names a block: 48 bytes, or 32 of an early one. */
export function blockIdOf(value: Json | undefined, name: string): string {
  const text = textOf(value, name);
  return /^[\w-]{43,64}$/.test(text) ? text : malformed(name, value);
}

/** A whole number from 0, which may be written as text. */
export function wholeOf(value: Json | undefined, name: string): number {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) && (number as number) >= 0 ? (number as number) : malformed(name, value);
}

/** An amount of winston, as text. */
export function winstonOf(value: Json | undefined, name: string): bigint {
  return typeof value === 'string' && /^(0|[1-9]\d{0,29})$/.test(value) ? BigInt(value) : malformed(name, value);
}

/** Refuses it. */
export function malformed(name: string, value: Json | undefined): never {
  const text = excerpt(JSON.stringify(value) ?? 'missing', 60);
  throw new HeddleError('response-malformed', `${name} is ${text}`, { field: name });
}
