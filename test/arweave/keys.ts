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

/** The first two keys of RFC 8032, 7.1: the same on every run. */
export const knownEd25519Keys = [
  {
    kty: 'OKP',
    crv: 'Ed25519',
    d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
    x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  },
  {
    kty: 'OKP',
    crv: 'Ed25519',
    d: 'TM0Imyj_ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U-4pvs',
    x: 'PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw',
  },
] as const;

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
