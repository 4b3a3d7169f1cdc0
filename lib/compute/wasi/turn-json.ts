import type { Assignment } from '../../core/assignment.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { DryRun, Environment } from '../executor.ts';
import { assignmentJson, dryRunJson, environmentJson } from '../wasm/message-json.ts';
import { readResult } from '../wasm/outcome-json.ts';

/**
 * What a guest reads: one line of JSON, `{"Message":…,"Process":…,"Module":…}`, with the fields that a module of AO gets,
 * as a compute unit writes them.
 */
export const turnInput = (message: string, environment: Environment): Uint8Array =>
  utf8.encode(`{"Message":${message},${environmentJson(environment).slice(1)}\n`);

export const messageText = (given: Assignment | DryRun): string =>
  'slot' in given ? assignmentJson(given) : dryRunJson(given);

/**
 * The outcome in what a guest printed: `{"ok":true,"response":{…}}` or the response alone, as a module of AO returns it.
 * Throws `result-malformed`.
 */
export function readOutput(text: string, mostEntries: number): Outcome {
  return readResult(isBareResponse(text) ? `{"ok":true,"response":${text}}` : text, mostEntries);
}

function isBareResponse(text: string): boolean {
  try {
    // JSON.parse returns nothing but what Json describes.
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) && !Object.hasOwn(value, 'ok');
  } catch {
    // Whoever reads it says so.
    return false;
  }
}

const utf8 = new TextEncoder();
