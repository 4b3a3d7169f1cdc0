import { sha256Base64Url } from '#sha256';
import { encodeBase64Url } from './base64url.ts';
import { hashId, type Id } from './id.ts';
import { type MessageContent, unsignedId } from './message.ts';
import type { MessageSigner, SignedContent } from './message-signer.ts';

/** What names a message for good: its id, and the signature that the id follows from if somebody signs. */
export type Seal = Id | Signed;

interface Signed {
  readonly id: Id;
  /** Base64url. */
  readonly signature: string;
}

/** The seal of a message from `origin`, a text that occurs once in a system. */
export const sealMessage = (content: MessageContent, origin: string, signer: MessageSigner | undefined): Seal =>
  signer ? signed(content, signer) : unsignedId(content, origin);

/** The seal of a process's item: a message to nobody, since the process has no id before its item has one. */
export function sealItem(
  content: Omit<MessageContent, 'target'>,
  origin: string,
  signer: MessageSigner | undefined,
): Seal {
  const { owner, from, anchor, tags, data } = content;
  return sealMessage({ owner, from, target: '', anchor, tags, data }, origin, signer);
}

/** The id of what was signed. */
export const signedId = (signature: Uint8Array): Id => sha256Base64Url(signature);

export const idOf = (seal: Seal): Id => (typeof seal === 'string' ? seal : seal.id);

export const signatureOf = (seal: Seal): string | null => (typeof seal === 'string' ? null : seal.signature);

/**
 * The anchor of a signed message that was given none: 32 characters that its origin in the run of that seed alone has. The same
 * content signed twice has one signature, and saying the same twice is two messages.
 */
export const originAnchor = (seed: string, origin: string): string =>
  hashId('heddle anchor', seed, origin).slice(0, anchorLength);

const anchorLength = 32;

function signed(content: SignedContent, signer: MessageSigner): Signed {
  const signature = signer.signMessage(content);
  return { id: signedId(signature), signature: encodeBase64Url(signature) };
}
