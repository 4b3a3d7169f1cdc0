import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HeddleError, reasonOf } from '../../core/error.ts';
import type { Disk } from './disk.ts';
import { codeOf, storeDamaged, storeFailed } from './failure.ts';

/** Files that are named by the SHA-256 of what is in them. */
export class ContentFiles {
  readonly #store: string;
  readonly #name: string;
  readonly #folder: string;
  readonly #disk: Disk;
  readonly #isFlushed: boolean;
  #written = 0;
  #removed: Promise<unknown> = Promise.resolve();

  /** In `folder` of the store at `store`. Files are durable when they are there if `isFlushed`. */
  constructor(store: string, folder: string, disk: Disk, isFlushed: boolean) {
    this.#store = store;
    this.#name = folder;
    this.#folder = join(store, folder);
    this.#disk = disk;
    this.#isFlushed = isFlushed;
  }

  /** Writes a file of these parts, and returns its name. */
  async put(parts: readonly Uint8Array[]): Promise<string> {
    const name = contentName(...parts);
    // One that is there already may be torn, if it was not flushed.
    const temporary = join(this.#folder, `${name}.${this.#written++}.tmp`);
    try {
      await this.#disk.write(temporary, parts, this.#isFlushed);
      await this.#disk.rename(temporary, join(this.#folder, name), this.#isFlushed);
    } catch (error) {
      // What cannot be removed now is swept when the store is opened.
      await this.#disk.remove(temporary).catch(() => {});
      throw storeFailed(`the file ${this.#name}/${name} was not written`, this.#store, error);
    }
    return name;
  }

  /** What is in a file. */
  async read(name: string): Promise<Uint8Array> {
    const path = join(this.#folder, name);
    return this.#checked(name, await readFile(path).catch((error) => this.#notRead(name, error)));
  }

  /** The same while this thread waits. */
  readNow(name: string): Uint8Array {
    try {
      return this.#checked(name, readFileSync(join(this.#folder, name)));
    } catch (error) {
      return this.#notRead(name, error);
    }
  }

  /** Removes a file that nobody refers to any more. One that cannot be removed is swept when the store is opened. */
  remove(name: string): void {
    const removed = this.#disk.remove(join(this.#folder, name)).catch(() => {});
    this.#removed = Promise.all([this.#removed, removed]);
  }

  /** Fulfils when nothing is being removed. */
  async settled(): Promise<void> {
    await this.#removed;
  }

  #checked(name: string, bytes: Uint8Array): Uint8Array {
    if (contentName(bytes) === name) return bytes;
    throw this.#damaged(name, 'has other bytes than were written');
  }

  #notRead(name: string, error: unknown): never {
    if (isMissing(error)) throw this.#damaged(name, 'is missing');
    if (isOther(error)) throw this.#damaged(name, `cannot be read: ${reasonOf(error)}`);
    throw storeFailed(`the file ${this.#name}/${name} was not read`, this.#store, error);
  }

  #damaged(name: string, what: string): HeddleError {
    const file = `${this.#name}/${name}`;
    return storeDamaged(this.#store, `the file ${file} ${what}`, { file });
  }
}

/** The name of a file with these bytes. */
export function contentName(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** Whether a file has the name of its bytes. */
export const isIntact = (folder: string, name: string): boolean =>
  contentName(readFileSync(join(folder, name))) === name;

export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

/** Whether the system did not let a file be read, which says nothing about what is in it. */
export const isRefused = (error: unknown): boolean =>
  ['EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOMEM'].includes(codeOf(error) ?? '');

/** Whether something else is where a file was. */
const isOther = (error: unknown): boolean => ['EISDIR', 'ENOTDIR', 'ELOOP'].includes(codeOf(error) ?? '');

/** The names that {@link ContentFiles} gives, and those that it gives before. */
export const contentNames = /^[0-9a-f]{64}$/;
export const temporaryNames = /^[0-9a-f]{64}\.\d+\.tmp$/;
