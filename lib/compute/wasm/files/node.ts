import type { DriveFile } from '../../drive.ts';
import type { Content, Owner } from './content.ts';

/** A file, a folder, a link or a device. */
export interface Node {
  owner: Owner;
  readonly number: number;
  /** Its kind and its permissions, which nobody checks, as C has them. */
  mode: number;
  timeMs: number;
  /** By name, the numbers of what a folder holds. */
  readonly entries?: Map<string, number>;
  readonly content?: Content;
  /** Where a link leads. */
  readonly target?: string;
  readonly device?: number;
  /** What a file of a drive is there. It has no name here, and is gone when it is closed. */
  readonly drive?: DriveFile;
}

/** A file that is open. Descriptors that were duplicated share one. */
export interface OpenFile {
  owner: Owner;
  readonly node: number;
  readonly path: string;
  flags: number;
  position: number;
}

export const kinds = { mask: 0xf000, device: 0x2000, folder: 0x4000, file: 0x8000, link: 0xa000 };

export const permissions = { all: 0o777, mask: 0o7777 };

export const devices = { null: 0x0103, terminal: 0x0500, errors: 0x0600, random: 0x4000, urandom: 0x4100 };

export const openFlags = {
  write: 1,
  access: 0x20_0003,
  create: 0o100,
  exclusive: 0o200,
  truncate: 0o1000,
  append: 0o2000,
  folder: 0o200_000,
  noFollow: 0o400_000,
};

const kindOf = (mode: number): number => mode & kinds.mask;

/** How many bytes a file has. */
export const sizeOf = ({ content, drive }: Node): number => drive?.sizeBytes ?? content?.size ?? 0;

export const isFolder = ({ mode }: Node): boolean => kindOf(mode) === kinds.folder;
export const isLink = ({ mode }: Node): boolean => kindOf(mode) === kinds.link;
export const isDevice = ({ mode }: Node): boolean => kindOf(mode) === kinds.device;
export const isTerminal = ({ device }: Node): boolean => device === devices.terminal || device === devices.errors;
