import { codeOf, HeddleError, isErrorCode, reasonOf } from './error.ts';
import type { ErrorCode } from './error-codes.ts';
import { checkedJson, type Json, type JsonObject } from './json.ts';

/** A tag as a guest wrote it. Guests write numbers too; they become text when the message is made. */
export interface OutboxTag {
  readonly name: Json;
  readonly value: Json;
}

/** A message that a turn wants sent, as the guest wrote it. `extra` holds the keys AO does not define. */
export interface OutboxMessage {
  readonly target?: Json | undefined;
  readonly anchor?: Json;
  readonly tags?: readonly OutboxTag[];
  readonly data?: Json;
  /** Virtual time to wait before it is sent: how a heddle process sets timers. AO has none. */
  readonly delayMs?: number | undefined;
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

/** Tells outcomes that are of the shape above by their making. */
export const formed: unique symbol = Symbol('formed outcome');

/** An outcome that is of the shape above by its making, and makes its entries when they are read. */
export interface FormedOutcome extends Outcome {
  readonly [formed]: true;
  /** The same as plain data, with everything in it. */
  plain(): Outcome;
}

export const isFormed = (outcome: Outcome): outcome is FormedOutcome =>
  (outcome as Partial<FormedOutcome>)[formed] === true;

/** The outcome as plain data. */
export const plainOutcome = (outcome: Outcome): Outcome => (isFormed(outcome) ? outcome.plain() : outcome);

/** The outcome of a turn that did nothing and said nothing. */
export const emptyOutcome: Outcome = { messages: [], spawns: [], assignments: [], output: '', gasUsed: 0n };

/** The outcome of a turn whose guest reported an error. */
export const failedOutcome = (error: Json): Outcome => ({ ...emptyOutcome, error });

/** The outcome of a turn whose module broke. */
export const faultOutcome = (fault: ErrorCode, reason: string): Outcome => ({ ...failedOutcome(reason), fault });

/** The outcome of a turn that threw: a module's own errors are what it reports, heddle's say how it broke the rules. */
export function thrownOutcome(thrown: unknown): Outcome {
  const code = codeOf(thrown);
  return code === undefined ? failedOutcome(reasonOf(thrown)) : faultOutcome(code, reasonOf(thrown));
}

/**
 * The text that two outcomes share exactly if they are equal in all that AO defines. Gas is left out: it depends on how
 * a module was prepared.
 */
export const outcomeText = ({ messages, spawns, assignments, output, error }: Outcome): string =>
  JSON.stringify([messages, spawns, assignments, output, ...(error === undefined ? [] : [error])]);

/** What an outcome's error says. */
export const errorText = ({ error }: Outcome): string =>
  typeof error === 'string' ? error : (JSON.stringify(error) ?? '');

/**
 * The outcome as a store brings it back, with well-formed text. Refuses with `result-malformed` one that is not of the shape
 * above or holds what is no JSON.
 */
export function checkedOutcome(outcome: Outcome): Outcome {
  if (!isRecord(outcome)) throw malformed('is no object');
  if (isFormed(outcome)) return outcome;
  const { messages, spawns, assignments, gasUsed, fault, ...printed } = outcome;
  for (const [name, entries] of Object.entries({ messages, spawns, assignments })) {
    if (!Array.isArray(entries) || !entries.every(isRecord)) throw malformed(`has ${name} that are no list of objects`);
  }
  for (const { tags } of [...messages, ...spawns]) {
    if (tags !== undefined && !(Array.isArray(tags) && tags.every(isTag))) throw malformed('has tags that are none');
  }
  if (typeof gasUsed !== 'bigint') throw malformed('has no gas');
  if (fault !== undefined && !isErrorCode(fault)) throw malformed('has a fault that is no code');
  const given = { messages, spawns, assignments, ...printed };
  let checked: unknown;
  try {
    checked = checkedJson(given);
  } catch (error) {
    throw malformed(reasonOf(error));
  }
  // checkedJson() gives back the same shape.
  return checked === given ? outcome : { ...(checked as typeof given), gasUsed, ...(fault !== undefined && { fault }) };
}

/** What a turn prints, as a store brings it back. Refuses with `result-malformed` what is no JSON. */
export function checkedOutput(output: unknown): Json {
  try {
    return checkedJson(typeof output === 'object' ? structuredClone(output) : output);
  } catch (error) {
    throw malformed(reasonOf(error));
  }
}

const malformed = (what: string): HeddleError => new HeddleError('result-malformed', `an outcome ${what}`);

const isRecord = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isTag = (tag: Partial<OutboxTag>): boolean => isRecord(tag) && tag.name !== undefined && tag.value !== undefined;
