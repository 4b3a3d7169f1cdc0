/** What each side of the benchmark is started with, and what it works on. */
import type { ArweaveKey, Ed25519Key, EthereumKey } from 'heddle/arweave';

/** What is done: with a key of a kind, or with items that are signed already. */
export type Operation =
  | `${'sign' | 'verify'} ${Kind}`
  | 'sign Arweave at once'
  | 'build'
  | 'parse'
  | 'parse bundle'
  | 'build bundle';

export type Kind = 'Arweave' | 'Ed25519' | 'Ethereum';

export interface Work {
  readonly operation: Operation;
  readonly keys: { readonly Arweave: ArweaveKey; readonly Ed25519: Ed25519Key; readonly Ethereum: EthereumKey };
  /** Items signed with each of them, as base64. */
  readonly items: Readonly<Record<Kind, string>>;
}

export const content = {
  data: Buffer.alloc(500, 'x'),
  target: 'A'.repeat(43),
  anchor: Buffer.alloc(32, 'a'),
  tags: [
    { name: 'Data-Protocol', value: 'ao' },
    { name: 'Variant', value: 'ao.TN.1' },
    { name: 'Type', value: 'Message' },
    { name: 'Action', value: 'Transfer' },
    { name: 'Recipient', value: 'B'.repeat(43) },
    { name: 'Quantity', value: '1000000000000' },
  ],
};

export const bundleItems = 1_000;
export const signaturesAtOnce = 16;

export const work = (): Work => JSON.parse(process.argv[2] ?? '');
export const bytesOf = (base64Url: string): Buffer => Buffer.from(base64Url, 'base64url');

/** What was signed, read or verified must be right, or the figure is of something else. */
export function expect(right: boolean): void {
  if (!right) throw new Error('What came out is wrong.');
}
