import { HeddleError } from '../../core/error.ts';
import { excerpt } from '../../core/excerpt.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { OutboxAssignment, OutboxMessage, OutboxTag, Outcome } from '../../core/outcome.ts';

/**
 * The outcome in the text that a module's `handle` returns. Throws `result-malformed`, also for one that wants more than
 * `mostEntries` messages, spawns and assignments.
 */
export function readResult(text: string, mostEntries = Number.POSITIVE_INFINITY): Outcome {
  const result = parse(text);
  if (!isJsonObject(result)) throw malformed('is no object');
  // A level takes two characters at least.
  if (text.length > 2 * mostLevels && isDeeper(result, mostLevels)) throw malformed(`nests deeper than ${mostLevels}`);
  const { ok, response } = result;
  if (!ok) {
    if (!response) throw malformed('says that it is not ok and not why');
    return { messages: [], spawns: [], assignments: [], output: '', error: response, gasUsed: 0n };
  }
  if (!isJsonObject(response)) throw malformed('has no object as its response');
  const { Messages, Spawns, Assignments } = response;
  const entries = [Messages, Spawns, Assignments].reduce<number>(
    (sum, one) => sum + (Array.isArray(one) ? one.length : 0),
    0,
  );
  if (entries > mostEntries) throw malformed(`wants ${entries} messages, more than ${mostEntries}`);
  // A module says nothing about its gas: what it writes there is not read.
  return { ...outcomeFromWire(response), gasUsed: 0n };
}

/**
 * The outcome that AO writes as `wire`: lists that are missing are empty, a missing output is empty text, an error that
 * is not truthy is none. Throws `result-malformed`.
 */
export function outcomeFromWire(wire: JsonObject): Outcome {
  const { Messages, Spawns, Assignments, Output, Error: error, GasUsed } = wire;
  return {
    messages: list('Messages', Messages).map(messageFromWire),
    spawns: list('Spawns', Spawns).map(messageFromWire),
    assignments: list('Assignments', Assignments).map(assignmentFromWire),
    output: Output ?? '',
    ...(error ? { error } : {}),
    gasUsed: Number.isSafeInteger(GasUsed) ? BigInt(Number(GasUsed)) : 0n,
  };
}

/** The outcome as AO writes it. */
export function outcomeToWire({ messages, spawns, assignments, output, error, gasUsed }: Outcome): JsonObject {
  return {
    Messages: messages.map(messageToWire),
    Spawns: spawns.map(messageToWire),
    Assignments: assignments.map(assignmentToWire),
    Output: output,
    ...(error === undefined ? {} : { Error: error }),
    GasUsed: Number(gasUsed),
  };
}

function messageFromWire({ Target, Anchor, Tags, Data, ...rest }: JsonObject): OutboxMessage {
  const tags = isTagList(Tags) ? Tags : undefined;
  // Tags of another shape are kept where they do no harm.
  const extra = Tags === undefined || tags ? rest : { ...rest, Tags };
  return {
    ...(Target === undefined ? {} : { target: Target }),
    ...(Anchor === undefined ? {} : { anchor: Anchor }),
    ...(tags ? { tags } : {}),
    ...(Data === undefined ? {} : { data: Data }),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

const messageToWire = ({ target, anchor, tags, data, extra }: OutboxMessage): JsonObject => ({
  ...(target === undefined ? {} : { Target: target }),
  ...(anchor === undefined ? {} : { Anchor: anchor }),
  // A list of tags is JSON; its type lacks the index of JsonObject.
  ...(tags === undefined ? {} : { Tags: tags as unknown as Json }),
  ...(data === undefined ? {} : { Data: data }),
  ...extra,
});

function assignmentFromWire({ Processes, Message, ...extra }: JsonObject): OutboxAssignment {
  return {
    ...(Processes === undefined ? {} : { processes: Processes }),
    ...(Message === undefined ? {} : { message: Message }),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

const assignmentToWire = ({ processes, message, extra }: OutboxAssignment): JsonObject => ({
  ...(processes === undefined ? {} : { Processes: processes }),
  ...(message === undefined ? {} : { Message: message }),
  ...extra,
});

function list(name: string, value: Json | undefined): readonly JsonObject[] {
  if (value === undefined || value === null || isEmptyTable(value)) return [];
  if (!Array.isArray(value)) throw malformed(`has ${name} that are no list`);
  return value.map((entry: Json) => {
    if (!isJsonObject(entry)) throw malformed(`has one of the ${name} that is no object`);
    return entry;
  });
}

/** Lua does not tell an empty list from an empty object, and some encoders write the latter. */
const isEmptyTable = (value: Json): boolean => isJsonObject(value) && Object.keys(value).length === 0;

const isTagList = (value: Json | undefined): value is readonly (OutboxTag & JsonObject)[] =>
  Array.isArray(value) &&
  value.every((tag: Json) => isJsonObject(tag) && tag.name !== undefined && tag.value !== undefined);

function parse(text: string): Json {
  try {
    // JSON.parse returns nothing but what Json describes.
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw malformed(`is no JSON: "${excerpt(text, 60)}"`, cause);
  }
}

/**
 * Whoever walks a result later, to store, digest or send it, calls itself for each level, and stacks end: on some hosts
 * sooner than on others.
 */
const mostLevels = 500;

function isDeeper(value: Json | undefined, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((entry: Json | undefined) => isDeeper(entry, levels - 1));
}

const malformed = (what: string, cause?: unknown): HeddleError =>
  new HeddleError('result-malformed', `The module's result ${what}`, {}, { cause });
