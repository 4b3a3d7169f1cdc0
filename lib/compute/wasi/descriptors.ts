import { FileError } from '../wasm/files/index.ts';
import { errno } from './errno.ts';
import { isUnder } from './path.ts';
import { rootFolder } from './served-files.ts';
import type { OpenFile } from './turn-files.ts';

/** What a guest has behind a number: one of the standard streams, a folder or a file. */
export type Descriptor = Stream | Folder | OpenFile;

export interface Stream {
  readonly kind: 'stream';
  readonly name: 'input' | 'output' | 'errors';
}

export interface Folder {
  readonly kind: 'folder';
  readonly path: string;
  /** Its number in @wasmer/wasi. */
  readonly inner: number;
  /** What it is called among the folders that are open from the start. */
  readonly preopened?: string;
}

/** What is open during a turn. A turn starts with the standard streams and, twice, the root. */
export class Descriptors {
  readonly #most: number;
  readonly #open = new Map<number, Descriptor>([
    [0, { kind: 'stream', name: 'input' }],
    [1, { kind: 'stream', name: 'output' }],
    [2, { kind: 'stream', name: 'errors' }],
    [3, { kind: 'folder', path: '', inner: rootFolder, preopened: '/' }],
    // Older C libraries look for paths without a slash here.
    [4, { kind: 'folder', path: '', inner: rootFolder, preopened: '.' }],
  ]);

  /** Of which there are `most` at most. */
  constructor(most: number) {
    this.#most = most;
  }

  get(number: number): Descriptor {
    const found = this.#open.get(number);
    if (!found) throw new FileError(errno.badFile);
    return found;
  }

  folder(number: number): Folder {
    const found = this.get(number);
    if (found.kind !== 'folder') throw new FileError(errno.notDirectory);
    return found;
  }

  file(number: number): OpenFile {
    const found = this.get(number);
    if (found.kind === 'folder') throw new FileError(errno.isDirectory);
    if (found.kind === 'stream') throw new FileError(errno.noSeek);
    return found;
  }

  /** The lowest number that is free. */
  free(): number {
    for (let number = 0; number < this.#most; number++) if (!this.#open.has(number)) return number;
    throw new FileError(errno.tooManyOpen);
  }

  set(number: number, opened: Descriptor): void {
    this.#open.set(number, opened);
  }

  close(number: number): void {
    if (!this.#open.delete(number)) throw new FileError(errno.badFile);
  }

  /** Refuses to touch a place at or in which something is open: other systems do without, and so do programs that run there. */
  checkClosed(place: string): void {
    for (const opened of this.#opened()) if (isUnder(opened.path, place)) throw new FileError(errno.busy);
  }

  /** Refuses if anything is open that was not from the start. */
  checkAllClosed(): void {
    for (const _ of this.#opened()) throw new FileError(errno.busy);
  }

  *#opened(): Iterable<Folder | OpenFile> {
    for (const opened of this.#open.values()) {
      if (opened.kind === 'file' || (opened.kind === 'folder' && opened.preopened === undefined)) yield opened;
    }
  }
}
