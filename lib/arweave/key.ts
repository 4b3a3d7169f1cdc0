import { ed25519KeyPair } from '#crypto';
import { decodeBase64Url, encodeBase64Url } from '../core/base64url.ts';
import { HeddleError } from '../core/error.ts';
import { ethereumPublicKey } from './ethereum.ts';
import { toBigInt } from './hex.ts';

// Keys are JSON Web Keys (RFC 7517, 7518, 8037 and 8812): parts of base64url text. No error shows any of them.

/** An Arweave wallet: an RSA key of 4096 bits, `kty` `RSA`, as a JSON Web Key. Other members are ignored. */
export interface ArweaveKey {
  readonly kty: string;
  readonly n: string;
  readonly e: string;
  readonly d: string;
  readonly p: string;
  readonly q: string;
  readonly dp: string;
  readonly dq: string;
  readonly qi: string;
}

/** An Ed25519 key as a JSON Web Key: `kty` `OKP`, `crv` `Ed25519`. Other members are ignored. */
export interface Ed25519Key {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly d: string;
}

/** An Ethereum key as a JSON Web Key: `kty` `EC`, `crv` `secp256k1`. Other members are ignored. */
export interface EthereumKey {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
  readonly d: string;
}

/** What kind of key it is, of the three; undefined if of none. */
export function kindOf(key: unknown): 'arweave' | 'ed25519' | 'ethereum' | undefined {
  const { kty, crv } = membersOf(key);
  if (kty === 'RSA') return 'arweave';
  if (kty === 'OKP' && crv === 'Ed25519') return 'ed25519';
  return kty === 'EC' && crv === 'secp256k1' ? 'ethereum' : undefined;
}

/** The key without other members, and its modulus. Refuses one that is not whole, or whose parts are not of one key. */
export function checkArweaveKey(key: unknown): { readonly jwk: ArweaveKey; readonly modulus: Uint8Array } {
  requireKind(key, 'arweave', 'an RSA key');
  const modulus = partOf(key, 'n');
  const n = toBigInt(modulus);
  const number = (name: string) => toBigInt(partOf(key, name));
  const bits = n.toString(2).length;
  if (bits !== rsaBits) throw invalidKey(`it has ${bits} bits, not ${rsaBits}`);
  if (modulus.length !== rsaBits / 8) throw invalidKey('its part n begins with zeros');
  const [e, d, p, q, dp, dq, qi] = [
    number('e'),
    number('d'),
    number('p'),
    number('q'),
    number('dp'),
    number('dq'),
    number('qi'),
  ];
  if (e !== 65537n) throw invalidKey('its public exponent e is not 65537');
  const inverses = (exponent: bigint, prime: bigint) => prime > 1n && (e * exponent) % (prime - 1n) === 1n;
  const isWhole = p * q === n && inverses(d, p) && inverses(d, q) && inverses(dp, p) && inverses(dq, q);
  if (!isWhole || (qi * q) % p !== 1n) throw invalidKey('its parts are not of one key');
  return { jwk: plainArweaveKey(key as ArweaveKey), modulus }; // as was checked
}

/** The key without other members. */
export const plainArweaveKey = ({ n, e, d, p, q, dp, dq, qi }: ArweaveKey): ArweaveKey => ({
  kty: 'RSA',
  n,
  e,
  d,
  p,
  q,
  dp,
  dq,
  qi,
});

/** The private key's 32 bytes. Refuses a key that is not whole. */
export function checkEd25519Key(key: unknown): Uint8Array {
  requireKind(key, 'ed25519', 'an Ed25519 key');
  const [privateKey, publicKey] = [partOf(key, 'd', 32), partOf(key, 'x', 32)];
  if (!same(ed25519KeyPair(privateKey).publicKey, publicKey)) throw invalidKey('its parts are not of one key');
  return privateKey;
}

/** The private key's 32 bytes. Refuses a key that is not whole. */
export function checkEthereumKey(key: unknown): Uint8Array {
  requireKind(key, 'ethereum', 'a secp256k1 key');
  const [privateKey, x, y] = [partOf(key, 'd', 32), partOf(key, 'x', 32), partOf(key, 'y', 32)];
  const publicKey = ethereumPublicKey(privateKey);
  if (!publicKey || !same(publicKey, Uint8Array.of(4, ...x, ...y))) throw invalidKey('its parts are not of one key');
  return privateKey;
}

/** A private key as a JSON Web Key. */
export function ed25519Key(privateKey: Uint8Array): Ed25519Key {
  const x = encodeBase64Url(ed25519KeyPair(privateKey).publicKey);
  return { kty: 'OKP', crv: 'Ed25519', x, d: encodeBase64Url(privateKey) };
}

/** A private key as a JSON Web Key. */
export function ethereumKey(privateKey: Uint8Array): EthereumKey {
  // It is one: it was checked, or has just been made.
  const publicKey = ethereumPublicKey(privateKey) as Uint8Array;
  const [x, y] = [encodeBase64Url(publicKey.subarray(1, 33)), encodeBase64Url(publicKey.subarray(33))];
  return { kty: 'EC', crv: 'secp256k1', x, y, d: encodeBase64Url(privateKey) };
}

export const invalidKey = (why: string): HeddleError => new HeddleError('key-invalid', `the key cannot sign: ${why}`);

const rsaBits = 4096;

function requireKind(key: unknown, kind: ReturnType<typeof kindOf>, what: string): void {
  if (typeof key !== 'object' || key === null) throw invalidKey(`it is ${typeof key}, not a JSON Web Key`);
  if (kindOf(key) !== kind) throw invalidKey(`its kty and crv are not those of ${what}`);
  if (membersOf(key).d === undefined) throw invalidKey('it is a public key, without its part d');
}

/** The bytes of one part, and that they are so many. */
function partOf(key: unknown, name: string, length?: number): Uint8Array {
  const text = membersOf(key)[name];
  if (text === undefined) throw invalidKey(`it lacks its part ${name}`);
  const bytes = typeof text === 'string' ? decodeBase64Url(text) : undefined;
  if (!bytes) throw invalidKey(`its part ${name} is not base64url text`);
  if (length !== undefined && bytes.length !== length) {
    throw invalidKey(`its part ${name} has ${bytes.length} bytes, not ${length}`);
  }
  return bytes;
}

const membersOf = (key: unknown): Readonly<Record<string, unknown>> =>
  typeof key === 'object' && key !== null ? (key as Record<string, unknown>) : {};

const same = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);
