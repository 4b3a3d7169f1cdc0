import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Awaitable } from '../../core/awaitable.ts';

/** The steps in which a store changes its folder. A program may end between and within any two of them. */
export interface Disk {
  /** Makes a file that was not there. It is durable, but for its name, if `isFlushed`. */
  write(path: string, parts: readonly Uint8Array[], isFlushed: boolean): Promise<void>;
  /** Gives a file its name, durably if `isFlushed`. */
  rename(from: string, to: string, isFlushed: boolean): Promise<void>;
  remove(path: string): Promise<void>;
  /** Does a transaction of LMDB. */
  transaction(work: () => Awaitable<void>): Awaitable<void>;
}

export const realDisk: Disk = {
  async write(path, parts, isFlushed) {
    const file = await open(path, 'wx');
    try {
      for (const part of parts) await file.writeFile(part);
      if (isFlushed) await file.sync();
    } finally {
      await file.close();
    }
  },

  async rename(from, to, isFlushed) {
    await rename(from, to);
    if (!isFlushed || !flushesFolders) return;
    const folder = await open(dirname(to), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },

  remove: (path) => rm(path, { force: true }),

  transaction: (work) => work(),
};

/** Puts `text` durably into a file, which has it whole or is as it was. */
export function replaceFile(path: string, temporary: string, bytes: Uint8Array): void {
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx');
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  flushFolder(dirname(path));
}

/** Makes the names in a folder durable. */
export function flushFolder(path: string): void {
  if (!flushesFolders) return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Windows writes names down by itself, and opens no folders. */
const flushesFolders = process.platform !== 'win32';
