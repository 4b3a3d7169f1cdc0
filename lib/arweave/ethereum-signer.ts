import { ethereumPublicKey, generateEthereumPrivateKey, signEthereum } from './ethereum.ts';
import { fromHex } from './hex.ts';
import { checkEthereumKey, type EthereumKey, ethereumKey, invalidKey } from './key.ts';
import { KeySigner, type Signer } from './signer.ts';

/**
 * Signs with an Ethereum key, as Ethereum's wallets sign a personal message (EIP-191). The key is a JSON Web Key or, as
 * those wallets give it out, 64 hexadecimal digits, with or without `0x`. Refuses one that is not whole with `key-invalid`.
 *
 * @example
 * ```ts
 * import { ethereumSigner, generateEthereumKey } from 'heddle/arweave';
 *
 * console.log(ethereumSigner(generateEthereumKey()).address); // 0x and 40 digits
 * ```
 */
export function ethereumSigner(key: EthereumKey | string): Signer {
  const privateKey = typeof key === 'string' ? fromHex(key.replace(/^0x/, '')) : checkEthereumKey(key);
  const publicKey = privateKey && ethereumPublicKey(privateKey);
  if (!privateKey || !publicKey) throw invalidKey('it is not the 64 hexadecimal digits of a secp256k1 key');
  return new KeySigner(3, publicKey, (message) => signEthereum(privateKey, message));
}

/**
 * A new Ethereum key, from the host's secure random numbers.
 *
 * @example
 * ```ts
 * import { generateEthereumKey } from 'heddle/arweave';
 *
 * const { x, y, d } = generateEthereumKey(); // the public point, and the private number
 * ```
 */
export const generateEthereumKey = (): EthereumKey => ethereumKey(generateEthereumPrivateKey());
