import type { Awaitable } from '../core/awaitable.ts';
import { HeddleError, reasonOf } from '../core/error.ts';
import type { Address } from '../core/id.ts';
import { addressOf } from './item.ts';

/**
 * Who signs data items. `arweaveSigner`, `ed25519Signer` and `ethereumSigner` make one from a key; one that asks a wallet
 * or a device has the same four members.
 */
export interface Signer {
  /** The number of the signature type: 1 for Arweave, 2 for ed25519, 3 for Ethereum. */
  readonly type: number;
  /** What its items carry as their owner. */
  readonly publicKey: Uint8Array;
  readonly address: Address;
  /** The signature of `bytes`, as long as its type has it. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** What a signer makes of `bytes`. Whatever it throws, such as a wallet that is not at hand, is `signer-failed`. */
export async function signWith(signer: Signer, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await signer.sign(bytes);
  } catch (error) {
    if (error instanceof HeddleError) throw error;
    throw new HeddleError('signer-failed', `the signer did not sign: ${reasonOf(error)}`, {}, { cause: error });
  }
}

/** A signer whose key only its function knows, so that nothing that prints it shows more than its address. */
export class KeySigner implements Signer {
  readonly type: number;
  readonly publicKey: Uint8Array;
  readonly address: Address;
  readonly #sign: (bytes: Uint8Array) => Awaitable<Uint8Array>;

  constructor(type: number, publicKey: Uint8Array, sign: (bytes: Uint8Array) => Awaitable<Uint8Array>) {
    this.type = type;
    this.publicKey = publicKey;
    this.address = addressOf(type, publicKey);
    this.#sign = sign;
  }

  async sign(bytes: Uint8Array): Promise<Uint8Array> {
    return this.#sign(bytes);
  }

  /** What Node prints it as. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Signer ${this.address}`;
  }
}
