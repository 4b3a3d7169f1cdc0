import type { Assignment } from '../core/assignment.ts';
import { decodeBase64Url } from '../core/base64url.ts';
import { HeddleError } from '../core/error.ts';
import { idToBytes, isId } from '../core/id.ts';
import { freezeTags, type Message } from '../core/message.ts';
import type { MessageSigner, SignedContent } from '../core/message-signer.ts';
import { assignmentTags } from '../schedule/assign.ts';
import { DataItem } from './item.ts';
import { itemBytes } from './item-bytes.ts';
import { readLayout, signatureAt } from './item-layout.ts';
import { defaultItemLimits } from './item-limits.ts';
import { payload } from './item-payload.ts';
import { type EncodedTags, encodeMessageTags } from './item-tags.ts';
import { signatureTypes } from './signature-types.ts';
import type { Signer } from './signer.ts';

/**
 * The item that a message of a signing system is, under the id that it has there: what is published. Throws
 * `signature-invalid` for a message that nobody or somebody else has signed.
 *
 * @example
 * ```ts
 * import { createSystem } from 'heddle';
 * import { ed25519Signer, generateEd25519Key, messageItem, verifyItem } from 'heddle/arweave';
 *
 * const signer = ed25519Signer(generateEd25519Key());
 * const system = createSystem({ seed: 'shop 1', signer });
 * for (const { message } of await system.outbound()) {
 *   if (message) await verifyItem(messageItem(message, signer));
 * }
 * ```
 */
export function messageItem(message: Message, signer: Signer & MessageSigner): DataItem {
  const signature = message.signature === null ? undefined : decodeBase64Url(message.signature);
  // A process's own item is for nobody.
  const target = message.target === message.id ? '' : message.target;
  const { anchor, tags, data } = message;
  const item = signature && itemOf({ target, anchor, tags, data }, signature, signer);
  if (item?.id === message.id) return item;
  throw new HeddleError('signature-invalid', `${message.id} is not signed by ${signer.address}`, { id: message.id });
}

/**
 * The item that an assignment of a signing system is, under the id that it has there. Throws `signature-invalid` for one that
 * nobody or somebody else has signed.
 *
 * @example
 * ```ts
 * import { behavior, createSystem } from 'heddle';
 * import { assignmentItem, ed25519Signer, generateEd25519Key } from 'heddle/arweave';
 *
 * const signer = ed25519Signer(generateEd25519Key());
 * const process = await createSystem({ seed: 'shop 1', signer }).spawn(behavior({ init: () => 0, receive: (count) => count + 1 }));
 * for (const assignment of await process.schedule()) console.log(assignmentItem(assignment, signer).tags);
 * ```
 */
export function assignmentItem(assignment: Assignment, signer: Signer & MessageSigner): DataItem {
  const item = signedAssignment(assignment, signer);
  if (item.id === assignment.id) return item;
  const what = `the assignment ${assignment.id} is not signed by ${signer.address}`;
  throw new HeddleError('signature-invalid', what, { id: assignment.id });
}

/** The item of an assignment, whose id follows from it. */
export function signedAssignment(assignment: Omit<Assignment, 'id'>, signer: Signer & MessageSigner): DataItem {
  const content = { target: '', anchor: null, tags: freezeTags(assignmentTags(assignment)), data: '' };
  return itemOf(content, signer.signMessage(content), signer);
}

/** What a signer signs of a message; `beginning` is the hash of what all of its items begin with. */
export function messagePayload(content: SignedContent, beginning: Uint8Array): Uint8Array {
  const { target, anchor, tags, data } = partsOf(content);
  return payload(beginning, [target ?? nothing, anchor ?? nothing, tags.bytes, data]);
}

function itemOf(content: SignedContent, signature: Uint8Array, { type, publicKey: owner }: Signer): DataItem {
  const { signatureBytes = 0 } = signatureTypes.get(type) ?? {};
  const bytes = itemBytes({ type, signatureBytes, owner, ...partsOf(content) });
  bytes.set(signature.subarray(0, signatureBytes), signatureAt);
  return new DataItem(bytes, readLayout(bytes, messageLimits));
}

function partsOf({ target, anchor, tags, data }: SignedContent): {
  readonly target: Uint8Array | undefined;
  readonly anchor: Uint8Array | undefined;
  readonly tags: EncodedTags;
  readonly data: Uint8Array;
} {
  return {
    target: isId(target) ? idToBytes(target) : undefined,
    anchor: anchor === null ? undefined : encoder.encode(anchor),
    tags: encodeMessageTags(tags),
    data: encoder.encode(data),
  };
}

const encoder = new TextEncoder();
const nothing = new Uint8Array(0);
/** The limits of its system have bounded it already. */
const messageLimits = { ...defaultItemLimits, tags: 2 ** 32, tagBytes: 2 ** 32 };
