import { encodeBase64Url } from '../../core/base64url.ts';
import type { Address, Id } from '../../core/id.ts';
import type { Message } from '../../core/message.ts';
import { type Tags, tagValue } from '../../core/tags.ts';
import { isOfType } from './ao-tags.ts';
import type { Published } from './published.ts';

/**
 * What was published as its process gets it. A message for the process is as AO's scheduler serves it: text, with an anchor if
 * that is text (`servers/su/src/domain/core/json.rs`); anything else was assigned, and is as a gateway lists it
 * (`servers/cu/src/domain/lib/hydrateMessages.js`).
 */
export function receivedMessage(published: Published, process: Id): Message {
  const { id, owner, tags, data, signature, anchor } = published;
  const isSent = isFor(published, process);
  return {
    id,
    owner,
    from: speakerOf(owner, tags),
    target: isSent ? process : (published.target ?? ''),
    anchor: isSent ? textOf(anchor) : encodeBase64Url(anchor ?? new Uint8Array(0)),
    tags,
    data: lossy.decode(data),
    signature: encodeBase64Url(signature),
  };
}

/** Whether something is the process's own item, or was sent to it: by its id, or by a name, of which an item says nothing. */
const isFor = ({ id, target, tags }: Published, process: Id): boolean =>
  id === process ||
  target === process ||
  (target === null && isOfType(tags, 'Message') && tagValue(tags, 'From-Process') !== undefined);

/** Who speaks: the process that a messenger says, or whoever has signed. */
const speakerOf = (owner: Address, tags: Tags): Address => tagValue(tags, 'From-Process') || owner;

function textOf(bytes: Uint8Array | null): string | null {
  if (!bytes) return null;
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

// A byte order mark is part of the text.
const lossy = new TextDecoder('utf-8', { ignoreBOM: true });
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
