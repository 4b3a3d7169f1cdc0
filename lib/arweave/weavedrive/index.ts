// AO's WeaveDrive: what is on Arweave as files of a process.

export { attestation, availability } from './attestations.ts';
export { type DriveLimits, defaultDriveLimits } from './drive-limits.ts';
export type { AttestationQuery, DriveSource } from './drive-source.ts';
export { type DriveData, type DriveDataById, fromFiles } from './file-source.ts';
export { fromGateway, type GatewaySourceOptions } from './gateway-source.ts';
export { type WeaveDriveOptions, weaveDrive } from './weave-drive.ts';
