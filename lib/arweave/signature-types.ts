/** How long signature and owner of an item are. */
export interface SignatureType {
  readonly name: string;
  readonly signatureBytes: number;
  readonly ownerBytes: number;
}

/**
 * The signature types of data items by their numbers. Items of all of them are read; those of the first three are signed
 * and verified. Numbers and lengths are those that `@dha-team/arbundles` 1.0.4 goes by.
 */
export const signatureTypes: ReadonlyMap<number, SignatureType> = new Map([
  [1, { name: 'Arweave', signatureBytes: 512, ownerBytes: 512 }],
  [2, { name: 'ed25519', signatureBytes: 64, ownerBytes: 32 }],
  [3, { name: 'Ethereum', signatureBytes: 65, ownerBytes: 65 }],
  [4, { name: 'Solana', signatureBytes: 64, ownerBytes: 32 }],
  [5, { name: 'injected Aptos', signatureBytes: 64, ownerBytes: 32 }],
  [6, { name: 'multi-signature Aptos', signatureBytes: 64 * 32 + 4, ownerBytes: 32 * 32 + 1 }],
  [7, { name: 'typed Ethereum', signatureBytes: 65, ownerBytes: 42 }],
  [101, { name: 'KYVE', signatureBytes: 65, ownerBytes: 65 }],
]);
