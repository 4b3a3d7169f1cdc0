import type { DriveLink } from '../drive-link.ts';
import { errno, FileError } from './errno.ts';
import { isFolder, isLink, kinds, type Node, type OpenFile, permissions } from './node.ts';
import { namesOf, pathOf } from './path.ts';
import { Draft, type FilesState, rootNumber } from './state.ts';

/** What a guest may have of files; the numbers are those of the limits. */
export interface FileLimits {
  readonly fileBytes: number;
  readonly files: number;
  readonly openFiles: number;
}

/** The tree of folders, and what can be done in it by a path. */
export class Tree {
  limits: FileLimits;
  /** Where files are read that are not the guest's own. */
  drive: DriveLink | undefined;
  protected readonly readClock: () => number;
  /** What it is to look for something in what is no folder. */
  readonly #noFolder: number;
  protected state: FilesState;
  /** The state, as long as it can be changed in place. */
  #draft: Draft | undefined;

  constructor(state: FilesState, limits: FileLimits, readClock: () => number, noFolder: number = errno.notDirectory) {
    this.#noFolder = noFolder;
    this.state = state;
    this.limits = limits;
    this.readClock = readClock;
  }

  /** How many files and open files there are. */
  get count(): number {
    return this.state.nodes.size + this.state.descriptors.size;
  }

  /** How large all files are together. */
  get bytes(): number {
    return this.state.bytes;
  }

  /** The files as they are, for good. Takes no time; what is changed after is copied first. */
  snapshot(): FilesState {
    this.#draft = undefined;
    return this.state;
  }

  restore(state: FilesState): void {
    this.#draft = undefined;
    this.state = state;
  }

  /** What is at `path`. */
  look(path: string, follow = true): Node {
    return this.#walk(namesOf(path), follow, 0);
  }

  file(descriptor: number): OpenFile {
    const file = this.state.open.get(this.state.descriptors.get(descriptor) ?? -1);
    if (!file) throw new FileError(errno.badFile);
    return file;
  }

  /** Refuses what the permissions of `node` do not allow. They are the same for everybody. */
  check(node: Node, mode: number): void {
    for (const bit of [1, 2, 4]) {
      if (mode & bit && !(node.mode & (bit * 0o111))) throw new FileError(errno.access);
    }
  }

  makeFolder(path: string, mode: number): void {
    this.make(path, (mode & folderModes) | kinds.folder);
  }

  remove(path: string): void {
    this.#remove(path, false);
  }

  removeFolder(path: string): void {
    this.#remove(path, true);
  }

  rename(path: string, newPath: string): void {
    const [from, name] = this.#parent(path);
    const [to, newName] = this.#parent(newPath);
    const node = this.#entry(from, name);
    const [names, newNames] = [namesOf(path), namesOf(newPath)];
    if (isWithin(newNames.slice(0, -1), names)) throw new FileError(errno.invalid);
    if (isWithin(names.slice(0, -1), newNames)) throw new FileError(errno.notEmpty);
    const replaced = this.#findEntry(to, newName);
    if (replaced === node) return;
    this.#checkRemovable(from, node, isFolder(node));
    this.check(to, mayWrite | maySearch);
    if (replaced) this.#checkRemovable(to, replaced, isFolder(node));
    if (!to.entries) throw new FileError(errno.notPermitted);
    if (replaced?.entries && replaced.entries.size > 0) throw new FileError(errno.notEmpty);
    this.change().moveEntry(from, name, to, newName, this.readClock());
  }

  setMode(node: Node, mode: number): void {
    const changed = this.change().node(node.number);
    changed.mode = (mode & permissions.mask) | (node.mode & ~permissions.mask);
    changed.timeMs = this.readClock();
  }

  setTime(node: Node, timeMs: number): void {
    this.change().node(node.number).timeMs = timeMs;
  }

  /** Where the link at `path` leads. */
  linkTarget(path: string): string {
    const descriptor = this.descriptorIn(path);
    if (descriptor !== undefined) return this.file(descriptor).path;
    const node = this.look(path, false);
    if (node.target === undefined) throw new FileError(errno.invalid);
    return node.target;
  }

  /** The open descriptor that `path` is the name of. */
  protected descriptorIn(path: string): number | undefined {
    const names = namesOf(path);
    if (names.length !== 4 || pathOf(names.slice(0, 3)) !== '/proc/self/fd') return undefined;
    const descriptor = Number(names[3]);
    return this.state.descriptors.has(descriptor) ? descriptor : undefined;
  }

  protected change(): Draft {
    if (this.#draft) return this.#draft;
    const draft = new Draft(this.state);
    this.#draft = draft;
    this.state = draft;
    return draft;
  }

  #walk(names: readonly string[], follow: boolean, links: number): Node {
    if (links > mostLinks) throw new FileError(errno.tooManyLinks);
    let node = this.state.nodes.get(rootNumber);
    for (const [i, name] of names.entries()) {
      if (!node) throw new FileError(errno.noSuchFile);
      node = this.#entry(node, name);
      if (!isLink(node) || !(follow || i < names.length - 1)) continue;
      const target = node.target ?? '';
      const base = target.startsWith('/') ? '' : pathOf(names.slice(0, i));
      node = this.#walk(namesOf(`${base}/${target}`), true, links + 1);
    }
    if (!node) throw new FileError(errno.noSuchFile);
    return node;
  }

  protected find(path: string, follow: boolean): Node | undefined {
    try {
      return this.look(path, follow);
    } catch (error) {
      if (error instanceof FileError && error.errno !== errno.nameTooLong) return undefined;
      throw error;
    }
  }

  #entry(folder: Node, name: string): Node {
    if (!isFolder(folder)) throw new FileError(this.#noFolder);
    this.check(folder, maySearch);
    const node = this.#findEntry(folder, name);
    if (!node) throw new FileError(errno.noSuchFile);
    return node;
  }

  #findEntry(folder: Node, name: string): Node | undefined {
    return this.state.nodes.get(folder.entries?.get(name) ?? 0);
  }

  /** The folder that holds `path`, and the last name of `path`. */
  #parent(path: string): readonly [folder: Node, name: string] {
    const names = namesOf(path);
    // Like the loader's, this looks at what the links on the way lead to, not for where `..` leads from there.
    return [this.#walk(names.slice(0, -1), true, 0), names.at(-1) ?? ''];
  }

  protected truePath(path: string): string {
    const names = namesOf(path);
    const node = this.#walk(names, false, 0);
    return node.target === undefined ? pathOf(names) : this.truePath(node.target);
  }

  protected make(path: string, mode: number): Node {
    const [folder, name] = this.#parent(path);
    if (name === '') throw new FileError(errno.invalid);
    if (this.#findEntry(folder, name)) throw new FileError(errno.exists);
    this.check(folder, mayWrite | maySearch);
    if (!folder.entries) throw new FileError(errno.notPermitted);
    if (this.state.nodes.size >= this.limits.files) throw new FileError(errno.noSpace);
    return this.change().addNode(folder, name, mode, this.readClock());
  }

  #remove(path: string, asFolder: boolean): void {
    const [folder, name] = this.#parent(path);
    const node = this.#entry(folder, name);
    this.#checkRemovable(folder, node, asFolder);
    if (node.entries && node.entries.size > 0) throw new FileError(errno.notEmpty);
    this.change().removeEntry(folder, name, this.readClock());
  }

  #checkRemovable(folder: Node, node: Node, asFolder: boolean): void {
    this.check(folder, mayWrite | maySearch);
    if (isFolder(node) !== asFolder) throw new FileError(asFolder ? errno.notDirectory : errno.isDirectory);
  }
}

const folderModes = 0o1777;
const mostLinks = 8;
const maySearch = 1;
export const mayWrite = 2;
export const mayRead = 4;

const isWithin = (names: readonly string[], folder: readonly string[]): boolean =>
  folder.length <= names.length && folder.every((name, i) => name === names[i]);
