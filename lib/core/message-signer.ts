import type { Address } from './id.ts';
import type { MessageContent } from './message.ts';

/** What a message's signature is over, besides who signs: the parts of an item of ANS-104. */
export type SignedContent = Pick<MessageContent, 'target' | 'anchor' | 'tags' | 'data'>;

/**
 * Signs what a system makes: at once, and always in the same way, so that ids follow from what was sent. `ed25519Signer` of
 * `heddle/arweave` makes one from a key.
 */
export interface MessageSigner {
  readonly address: Address;
  /** The signature of an item of ANS-104. A target that is no id is left out of the item. */
  signMessage(content: SignedContent): Uint8Array;
}
