import { type ErrorCode, errorCodes } from './error-codes.ts';
import type { Json } from './json.ts';

/**
 * The one error heddle throws. `code` says what went wrong, `facts` hold the values involved, `definite` whether it is
 * certain that nothing happened, and the message ends with what to do next.
 *
 * @example
 * ```ts
 * import { createSystem, HeddleError } from 'heddle';
 *
 * const system = createSystem();
 * try {
 *   system.process('not an id');
 * } catch (error) {
 *   if (error instanceof HeddleError) console.log(error.code, error.definite); // process-unknown true
 * }
 * ```
 */
export class HeddleError extends Error {
  override readonly name = 'HeddleError';
  readonly code: ErrorCode;
  readonly facts: Readonly<Record<string, Json>>;
  readonly definite: boolean;

  constructor(code: ErrorCode, what: string, facts: Readonly<Record<string, Json>> = {}, options?: ErrorOptions) {
    const { definite, advice } = errorCodes[code];
    super(`${what}. ${advice} [${code}]`, options);
    this.code = code;
    this.facts = facts;
    this.definite = definite;
  }

  /** What happened, without the advice. */
  get what(): string {
    const { advice } = errorCodes[this.code];
    return this.message.slice(0, -`. ${advice} [${this.code}]`.length);
  }
}

/** What `thrown` says, never nothing: anything can be thrown, and a reason must be readable all the same. */
export function reasonOf(thrown: unknown): string {
  try {
    const reason = String(thrown instanceof Error ? thrown.message || thrown.name : thrown);
    return reason || 'thrown without a reason';
  } catch {
    return 'something was thrown that has no text';
  }
}

/** The code of what heddle threw; undefined of all else. Anything can be thrown, also what throws when it is looked at. */
export function codeOf(thrown: unknown): ErrorCode | undefined {
  try {
    return thrown instanceof HeddleError && isErrorCode(thrown.code) ? thrown.code : undefined;
  } catch {
    return undefined;
  }
}

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(errorCodes, code);
