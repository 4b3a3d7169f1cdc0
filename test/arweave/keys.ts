/** Keys of each kind, and signers with them: ours, and those of the oracle. */
import {
  arweaveSigner,
  ed25519Signer,
  ethereumSigner,
  generateArweaveKey,
  generateEd25519Key,
  generateEthereumKey,
  type Signer,
} from 'heddle/arweave';
import { OracleEd25519, type OracleSigner, oracle } from './oracle.ts';

export const bytesOf = (base64Url: string): Buffer => Buffer.from(base64Url, 'base64url');
export const hexOf = (base64Url: string): string => bytesOf(base64Url).toString('hex');

export const arweaveKey = await generateArweaveKey();
export const ed25519Key = generateEd25519Key();
export const ethereumKey = generateEthereumKey();

export interface Pair {
  readonly name: string;
  readonly ours: Signer;
  readonly theirs: OracleSigner;
}

/** The same key in two hands, of each kind. */
export const pairs: readonly Pair[] = [
  { name: 'Arweave', ours: arweaveSigner(arweaveKey), theirs: new oracle.ArweaveSigner(arweaveKey) },
  { name: 'Ed25519', ours: ed25519Signer(ed25519Key), theirs: new OracleEd25519(ed25519Key) },
  { name: 'Ethereum', ours: ethereumSigner(ethereumKey), theirs: new oracle.EthereumSigner(hexOf(ethereumKey.d)) },
];
