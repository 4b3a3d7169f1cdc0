import { signingThreads } from '#crypto';
import { HeddleError } from '../core/error.ts';
import { type ArweaveKey, checkArweaveKey, plainArweaveKey } from './key.ts';
import { Lanes } from './lanes.ts';
import { KeySigner, type Signer } from './signer.ts';
import { webCrypto } from './web-crypto.ts';

/**
 * Signs with an Arweave wallet: RSA-PSS of 4096 bits, with SHA-256 and a salt of 32 bytes. A signature takes some
 * milliseconds of a core. WebCrypto makes it in a thread of its own, so this thread goes on meanwhile. All signers of a
 * program together have as many made at a time as there are cores, at most 3 since Node reads files with the same threads,
 * and 10,000 more wait.
 *
 * Refuses a key that is not whole, is none of 4096 bits or is a public key with `key-invalid`; to sign, with
 * `signer-busy` when too many wait and with `crypto-unavailable` where there is no WebCrypto. No error shows the key.
 *
 * @example
 * ```ts
 * import { arweaveSigner, generateArweaveKey } from 'heddle/arweave';
 *
 * const signer = arweaveSigner(await generateArweaveKey());
 * console.log(signer.address); // 43 characters, as of any wallet
 * ```
 */
export function arweaveSigner(key: ArweaveKey): Signer {
  const { jwk, modulus } = checkArweaveKey(key);
  let imported: Promise<CryptoKey> | undefined;
  return new KeySigner(1, modulus, (message) =>
    lanes.run(async () => {
      const subtle = webCrypto();
      try {
        imported ??= subtle.importKey('jwk', { ...jwk }, algorithm, false, ['sign']);
        return new Uint8Array(await subtle.sign(signing, await imported, Uint8Array.from(message)));
      } catch (thrown) {
        // The host's own words might show the key.
        const error = thrown instanceof Error ? thrown.name : typeof thrown;
        throw new HeddleError('signer-failed', `the host's WebCrypto did not sign: ${error}`, { error });
      }
    }),
  );
}

/**
 * A new wallet, from the host's secure random numbers. It takes a second or so, in a thread of its own. Refuses with
 * `crypto-unavailable` where there is no WebCrypto.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { generateArweaveKey } from 'heddle/arweave';
 *
 * await writeFile('wallet.json', JSON.stringify(await generateArweaveKey()), { mode: 0o600 });
 * ```
 */
export async function generateArweaveKey(): Promise<ArweaveKey> {
  const parameters = { ...algorithm, modulusLength: 4096, publicExponent: Uint8Array.of(1, 0, 1) };
  const { privateKey } = await webCrypto().generateKey(parameters, true, ['sign', 'verify']);
  // A private RSA key has all its parts.
  return plainArweaveKey((await webCrypto().exportKey('jwk', privateKey)) as unknown as ArweaveKey);
}

const algorithm = { name: 'RSA-PSS', hash: 'SHA-256' };
/** The salt that Arweave's own library signs with. */
const signing = { name: 'RSA-PSS', saltLength: 32 };
const lanes = new Lanes(signingThreads, 10_000);
