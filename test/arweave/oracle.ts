/** `@dha-team/arbundles`, the library that the network's clients use: what it makes, ours reads, and the other way round. */
import type { Ed25519Key } from 'heddle/arweave';
import { pinnedPackages } from '../pinned-packages.ts';

export const packages = pinnedPackages(new URL('./oracle/', import.meta.url), 'heddle-test-arweave');
const problem = packages.install();
if (problem) throw new Error(problem);

export interface OracleTag {
  readonly name: string;
  readonly value: string;
}

export interface OracleItem {
  readonly id: string;
  readonly owner: string;
  readonly target: string;
  readonly rawAnchor: Uint8Array;
  readonly rawData: Uint8Array;
  readonly rawTags: Uint8Array;
  readonly rawOwner: Uint8Array;
  readonly signatureType: number;
  readonly tags: readonly OracleTag[];
  getRaw(): Uint8Array;
  isValid(): Promise<boolean>;
  getSignatureData(): Promise<Uint8Array>;
  sign(signer: OracleSigner): Promise<Uint8Array>;
}

export interface OracleSigner {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Promise<Uint8Array>;
}

export interface OracleBundle {
  readonly length: number;
  readonly items: readonly OracleItem[];
  getIds(): readonly string[];
  getRaw(): Uint8Array;
  verify(): Promise<boolean>;
}

interface Oracle {
  createData(
    data: Uint8Array | string,
    signer: OracleSigner,
    options?: { readonly target?: string; readonly anchor?: Uint8Array; readonly tags?: readonly OracleTag[] },
  ): OracleItem;
  bundleAndSignData(items: readonly OracleItem[], signer: OracleSigner): Promise<OracleBundle>;
  deepHash(parts: unknown): Promise<Uint8Array>;
  serializeTags(tags: readonly OracleTag[]): Uint8Array;
  deserializeTags(bytes: Uint8Array): readonly OracleTag[];
  readonly ArweaveSigner: new (jwk: object) => OracleSigner;
  readonly EthereumSigner: new (privateKey: string) => OracleSigner;
  readonly Curve25519: new (
    privateKey: Uint8Array,
    publicKey: Uint8Array,
  ) => { get publicKey(): Uint8Array; sign: OracleSigner['sign'] };
  readonly DataItem: (new (bytes: Uint8Array) => OracleItem) & { verify(bytes: Uint8Array): Promise<boolean> };
  readonly Bundle: new (bytes: Uint8Array) => OracleBundle;
}

// The package has no types that this tree could check.
export const oracle = packages.load('@dha-team/arbundles') as Oracle;

/** The oracle's signer of type 2 leaves to others where its keys come from. */
export class OracleEd25519 extends oracle.Curve25519 {
  readonly #key: Ed25519Key;

  constructor(key: Ed25519Key) {
    super(base64Url(key.d), base64Url(key.x));
    this.#key = key;
  }

  override get publicKey(): Uint8Array {
    return base64Url(this.#key.x);
  }

  get key(): Uint8Array {
    return base64Url(this.#key.d);
  }
}

const base64Url = (text: string): Buffer => Buffer.from(text, 'base64url');
