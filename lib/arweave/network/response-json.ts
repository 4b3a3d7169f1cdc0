import { HeddleError } from '../../core/error.ts';
import { excerpt } from '../../core/excerpt.ts';
import type { Json } from '../../core/json.ts';
import type { GatewayLimits } from './gateway-limits.ts';

/** What JSON text says, within limits that are held before it is parsed: parsing is what costs memory. */
export function parseJson(bytes: Uint8Array, { jsonValues, jsonDepth }: GatewayLimits): Json {
  let depth = 0;
  let values = 0;
  let isText = false;
  // Over the bytes: what structures JSON is ASCII, and no byte of another character in UTF-8 is.
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (isText) {
      if (byte === backslash) at++;
      else if (byte === quote) isText = false;
    } else if (byte === quote) isText = true;
    else if (byte === comma || byte === colon) values++;
    else if (byte === openList || byte === openObject) {
      values++;
      depth++;
      if (depth > jsonDepth) throw overLimit('jsonDepth', jsonDepth);
    } else if (byte === closeList || byte === closeObject) depth--;
    if (values > jsonValues) throw overLimit('jsonValues', jsonValues);
  }
  try {
    return JSON.parse(utf8.decode(bytes)) as Json; // whatever it is, it is JSON
  } catch (error) {
    // A page of a proxy says what it is in its first words.
    const begin = oneLine(new TextDecoder().decode(bytes.subarray(0, 100)), 60);
    const what = begin === '' ? 'the answer is empty, and no JSON' : `the answer is no JSON: ${begin}`;
    throw new HeddleError('response-malformed', what, {}, { cause: error });
  }
}

/** The first `most` characters of what a host says, in one line, for a reason to show. */
export const oneLine = (text: string, most: number): string =>
  excerpt(text, most)
    .replaceAll(/[\s\p{C}]+/gu, ' ')
    .trim();

const overLimit = (limit: string, most: number) =>
  new HeddleError('response-over-limit', `the answer has more than ${most} of ${limit}`, { limit, most });

const [quote, backslash, comma, colon, openList, closeList, openObject, closeObject] = [...'"\\,:[]{}'].map(
  (character) => character.charCodeAt(0),
);

const utf8 = new TextDecoder('utf-8', { fatal: true });
