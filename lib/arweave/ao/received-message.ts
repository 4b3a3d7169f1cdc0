import { encodeBase64Url } from '../../core/base64url.ts';
import type { Address, Id } from '../../core/id.ts';
import type { Message } from '../../core/message.ts';
import { type Tags, tagValue } from '../../core/tags.ts';
import { isOfType } from './ao-tags.ts';
import type { Published } from './published.ts';

/**
 * What was published as its process gets it. A message for the process is as AO's scheduler serves it: text, with an anchor if
 * that is text (`servers/su/src/domain/core/json.rs`); anything else was assigned, and is as the system has it
 * in which it was made. What an AO module is told of that follows from it (`compute/wasm/message-json.ts`).
 */
export function receivedMessage(published: Published, process: Id): Message {
  const { id, owner, tags, data, signature, anchor } = published;
  const isSent = isFor(published, process);
  return {
    id,
    owner,
    from: speakerOf(owner, tags),
    target: isSent ? process : targetOf(published),
    anchor: isSent ? textOf(anchor) : listedAnchor(anchor),
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

/** A process's own item is for nobody there, and for the process here. */
const targetOf = ({ id, target, tags }: Published): string => target ?? (isOfType(tags, 'Process') ? id : '');

/** An anchor of an item as its sender has it, if it is text; any other as it is listed. */
const listedAnchor = (anchor: Uint8Array | null): string | null =>
  anchor && ((anchor.length === anchorBytes ? textOf(anchor) : null) ?? encodeBase64Url(anchor));

const anchorBytes = 32;

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
