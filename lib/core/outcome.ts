import type { ErrorCode } from './error-codes.ts';
import type { Json, JsonObject } from './json.ts';

/** A tag as a guest wrote it. Guests write numbers too; they become text when the message is made. */
export interface OutboxTag {
  readonly name: Json;
  readonly value: Json;
}

/** A message that a turn wants sent, as the guest wrote it. `extra` holds the keys AO does not define. */
export interface OutboxMessage {
  readonly target?: Json;
  readonly anchor?: Json;
  readonly tags?: readonly OutboxTag[];
  readonly data?: Json;
  readonly extra?: JsonObject;
}

/** A process that a turn wants spawned. Its module and the reference that the notice will carry are among the tags. */
export type OutboxSpawn = OutboxMessage;

/** A message that a turn wants assigned to processes, itself among them or not. */
export interface OutboxAssignment {
  readonly processes?: Json;
  readonly message?: Json;
  readonly extra?: JsonObject;
}

/**
 * What one turn produced. With an `error` the state is as before the slot and the outbox is discarded; the slot stays
 * used. `fault` is there when the module broke instead of reporting an error itself.
 */
export interface Outcome {
  readonly messages: readonly OutboxMessage[];
  readonly spawns: readonly OutboxSpawn[];
  readonly assignments: readonly OutboxAssignment[];
  /** What the guest prints: AO modules return text or an object with `data`. */
  readonly output: Json;
  /** What the guest reported, text in practice; or what broke it. */
  readonly error?: Json;
  readonly fault?: ErrorCode;
  /** Units of computation, 0 for a module that is not metered. */
  readonly gasUsed: bigint;
}

/** The outcome of a turn that did nothing and said nothing. */
export const emptyOutcome: Outcome = { messages: [], spawns: [], assignments: [], output: '', gasUsed: 0n };

/** The outcome of a turn whose module broke. */
export const faultOutcome = (fault: ErrorCode, reason: string): Outcome => ({ ...emptyOutcome, error: reason, fault });

/**
 * The text that two outcomes share exactly if they are equal in all that AO defines. Gas is left out: it depends on how
 * a module was prepared.
 */
export const outcomeText = ({ messages, spawns, assignments, output, error }: Outcome): string =>
  JSON.stringify([messages, spawns, assignments, output, error]);
