import { HeddleError, reasonOf } from '../../core/error.ts';
import type { ErrorCode } from '../../core/error-codes.ts';
import type { Json } from '../../core/json.ts';

/** What was thrown in another thread, as data. */
export interface Failure {
  /** What it said before its advice. */
  readonly what: string;
  readonly code?: ErrorCode;
  readonly facts?: Readonly<Record<string, Json>>;
}

export const failureOf = (thrown: unknown): Failure =>
  thrown instanceof HeddleError
    ? { what: thrown.what, code: thrown.code, facts: thrown.facts }
    : { what: reasonOf(thrown) };

/** The error that a failure was. */
export const errorOf = ({ what, code, facts }: Failure): Error =>
  code ? new HeddleError(code, what, facts) : new Error(what);
