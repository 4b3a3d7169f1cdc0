import { ed25519KeyPair, generateEd25519PrivateKey } from '#crypto';
import type { MessageSigner, SignedContent } from '../core/message-signer.ts';
import { beginningOf } from './item-payload.ts';
import { checkEd25519Key, type Ed25519Key, ed25519Key } from './key.ts';
import { messagePayload } from './message-item.ts';
import { KeySigner, type Signer } from './signer.ts';

/**
 * Signs with an Ed25519 key. The same content has the same signature, so a system can be given
 * this signer. Refuses a key that is not whole with `key-invalid`.
 *
 * @example
 * ```ts
 * import { ed25519Signer, generateEd25519Key, signItem } from 'heddle/arweave';
 *
 * const signer = ed25519Signer(generateEd25519Key());
 * const item = await signItem({ data: 'hello' }, signer);
 * console.log(item.address === signer.address); // true
 * ```
 */
export function ed25519Signer(key: Ed25519Key): Signer & MessageSigner {
  const { publicKey, sign } = ed25519KeyPair(checkEd25519Key(key));
  return new Ed25519Signer(publicKey, sign);
}

class Ed25519Signer extends KeySigner implements MessageSigner {
  readonly #sign: (bytes: Uint8Array) => Uint8Array;
  readonly #beginning: Uint8Array;

  constructor(publicKey: Uint8Array, sign: (bytes: Uint8Array) => Uint8Array) {
    super(signatureType, publicKey, sign);
    this.#sign = sign;
    this.#beginning = beginningOf(signatureType, publicKey);
  }

  signMessage(content: SignedContent): Uint8Array {
    return this.#sign(messagePayload(content, this.#beginning));
  }
}

const signatureType = 2;

/**
 * A new Ed25519 key, from the host's secure random numbers.
 *
 * @example
 * ```ts
 * import { generateEd25519Key } from 'heddle/arweave';
 *
 * const { x, d } = generateEd25519Key(); // the public part, and the private one
 * ```
 */
export const generateEd25519Key = (): Ed25519Key => ed25519Key(generateEd25519PrivateKey());
