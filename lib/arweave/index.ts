/**
 * Data items and bundles of ANS-104, what is kept on Arweave and sent to AO, and the keys that sign them.
 *
 * @module
 */
export { arweaveSigner, generateArweaveKey } from './arweave-signer.ts';
export { type Bundle, type BundleItem, parseBundle } from './bundle.ts';
export { buildBundle, type StoredItem, streamBundle } from './bundle-builder.ts';
export { type BundleEntry, bundleTags, isBundle } from './bundle-header.ts';
export { readBundle } from './bundle-reader.ts';
export type { Chunks } from './chunk-reader.ts';
export type { DataSource, StoredData } from './data-source.ts';
export { type DeepHashInput, deepHash } from './deep-hash.ts';
export { ed25519Signer, generateEd25519Key } from './ed25519-signer.ts';
export { ethereumSigner, generateEthereumKey } from './ethereum-signer.ts';
export { type Gateway, type GatewayOptions, gateway, type ReadOptions } from './gateway.ts';
export type { Block, ChainInfo, TransactionStatus } from './gateway-chain.ts';
export type { ByteRange } from './gateway-content.ts';
export { defaultGatewayLimits, type GatewayLimits } from './gateway-limits.ts';
export type { ListedTransaction, TransactionQuery } from './gateway-listing.ts';
export type { HttpOptions } from './http-hosts.ts';
export type { Fetch } from './http-try.ts';
export { type DataItem, parseItem } from './item.ts';
export { defaultItemLimits, type ItemLimits } from './item-limits.ts';
export { type ItemContent, signItem } from './item-signing.ts';
export type { BinaryTag, ItemTagsInput } from './item-tags.ts';
export { verifyItem } from './item-verification.ts';
export type { ArweaveKey, Ed25519Key, EthereumKey } from './key.ts';
export type { Signer } from './signer.ts';
export { signerFromFile } from './signer-file.ts';
export type { Transaction, WireTransaction } from './transaction.ts';
export type { TransactionUploadOptions, UploadOptions, UploadState } from './uploader.ts';
export { type ItemReceipt, type ItemUploader, type ItemUploaderOptions, itemUploader } from './uploader-items.ts';
export {
  type TransactionUploader,
  type TransactionUploaderOptions,
  transactionUploader,
} from './uploader-transactions.ts';
export type { WallClock } from './wall-clock.ts';
