/**
 * Data items and bundles of ANS-104, what is kept on Arweave and sent to AO, the keys that sign them, Arweave itself: what
 * gateways have, and uploads; and what AO has there: modules, schedules of processes and checkpoints.
 *
 * @module
 */
export {
  type AoReadOptions,
  type CheckpointLimits,
  type CheckpointSource,
  checkpointContent,
  defaultCheckpointLimits,
  defaultModuleLimits,
  defaultScheduleLimits,
  type FindCheckpointOptions,
  findCheckpoint,
  type ModuleFromArweaveOptions,
  type ModuleLimits,
  moduleFromArweave,
  type Published,
  type PublishedAssignment,
  type PublishedCheckpoint,
  type PublishedProcess,
  type PublishedSchedule,
  type RestoreOptions,
  readSchedule,
  restore,
  type ScheduleEntry,
  type ScheduleLimits,
  type ScheduleOptions,
  type SchedulePosition,
  type SignModuleOptions,
  type SkippedCheckpoint,
  signCheckpoint,
  signModule,
} from './ao/index.ts';
export { arweaveSigner, generateArweaveKey } from './arweave-signer.ts';
export { type Bundle, type BundleItem, parseBundle } from './bundle.ts';
export { buildBundle, type StoredItem, streamBundle } from './bundle-builder.ts';
export { type BundleEntry, bundleTags, isBundle } from './bundle-header.ts';
export { readBundle } from './bundle-reader.ts';
export type { Chunks } from './chunk-reader.ts';
export { type DeepHashInput, deepHash } from './deep-hash.ts';
export { ed25519Signer, generateEd25519Key } from './ed25519-signer.ts';
export { ethereumSigner, generateEthereumKey } from './ethereum-signer.ts';
export { type DataItem, parseItem } from './item.ts';
export { defaultItemLimits, type ItemLimits } from './item-limits.ts';
export { type ItemContent, signItem } from './item-signing.ts';
export type { BinaryTag, ItemTagsInput } from './item-tags.ts';
export { verifyItem } from './item-verification.ts';
export type { ArweaveKey, Ed25519Key, EthereumKey } from './key.ts';
export { assignmentItem, messageItem } from './message-item.ts';
export type { DataSource, StoredData } from './network/data-source.ts';
export { type Gateway, type GatewayOptions, gateway, type ReadOptions } from './network/gateway.ts';
export type { Block, ChainInfo, TransactionStatus } from './network/gateway-chain.ts';
export type { ByteRange } from './network/gateway-content.ts';
export { defaultGatewayLimits, type GatewayLimits } from './network/gateway-limits.ts';
export type { ListedTransaction, TransactionQuery } from './network/gateway-listing.ts';
export type { HttpOptions } from './network/http-hosts.ts';
export type { Fetch } from './network/http-try.ts';
export type { Transaction, WireTransaction } from './network/transaction.ts';
export type { TransactionUploadOptions, UploadOptions, UploadState } from './network/uploader.ts';
export {
  type ItemReceipt,
  type ItemUploader,
  type ItemUploaderOptions,
  itemUploader,
} from './network/uploader-items.ts';
export {
  type TransactionUploader,
  type TransactionUploaderOptions,
  transactionUploader,
} from './network/uploader-transactions.ts';
export type { WallClock } from './network/wall-clock.ts';
export {
  type Backlog,
  defaultPublisherLimits,
  type PublishedTotals,
  type Publisher,
  type PublisherLimits,
  type PublishOptions,
  publish,
  type Trouble,
} from './publisher/index.ts';
export type { Signer } from './signer.ts';
export { signerFromFile } from './signer-file.ts';
export {
  type AttestationQuery,
  attestation,
  availability,
  type DriveData,
  type DriveDataById,
  type DriveLimits,
  type DriveSource,
  defaultDriveLimits,
  fromFiles,
  fromGateway,
  type GatewaySourceOptions,
  type WeaveDriveOptions,
  weaveDrive,
} from './weavedrive/index.ts';
