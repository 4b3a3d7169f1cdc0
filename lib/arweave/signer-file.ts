import { readFile } from '#read-file';
import { HeddleError, reasonOf } from '../core/error.ts';
import { arweaveSigner } from './arweave-signer.ts';
import { ed25519Signer } from './ed25519-signer.ts';
import { ethereumSigner } from './ethereum-signer.ts';
import { type ArweaveKey, type Ed25519Key, type EthereumKey, invalidKey, kindOf } from './key.ts';
import type { Signer } from './signer.ts';

/**
 * The signer of a key that lies in a file as a JSON Web Key: an Arweave wallet as `wallet.json`, an Ed25519 or an
 * Ethereum key. For Node; other hosts have URLs only, where no key should lie.
 *
 * Refuses with `key-unreadable`, and as the signers do with `key-invalid`. No error shows what is in the file.
 *
 * @example
 * ```ts
 * import { signerFromFile, signItem } from 'heddle/arweave';
 *
 * const signer = await signerFromFile('wallet.json');
 * const item = await signItem({ tags: { 'Data-Protocol': 'ao' }, data: 'hello' }, signer);
 * ```
 */
export async function signerFromFile(path: string | URL): Promise<Signer> {
  const bytes = await read(path);
  try {
    return signerOf(parse(bytes));
  } catch (error) {
    if (!(error instanceof HeddleError && error.code === 'key-invalid')) throw error;
    throw new HeddleError('key-invalid', `${path}: ${error.what}`, { path: String(path) });
  }
}

function signerOf(key: unknown): Signer {
  // Each checks what it is given.
  switch (kindOf(key)) {
    case 'arweave':
      return arweaveSigner(key as ArweaveKey);
    case 'ed25519':
      return ed25519Signer(key as Ed25519Key);
    case 'ethereum':
      return ethereumSigner(key as EthereumKey);
    default:
      throw invalidKey('its kty and crv are none of RSA, OKP with Ed25519, and EC with secp256k1');
  }
}

async function read(path: string | URL): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const what = `the key file ${path} cannot be read: ${reasonOf(cause)}`;
    throw new HeddleError('key-unreadable', what, { path: String(path) }, { cause });
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // What the parser says would show a piece of the file.
    throw invalidKey('its file is no JSON');
  }
}
