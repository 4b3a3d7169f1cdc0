import type { DriveFile } from '../../drive.ts';
import { Content, type Owner } from './content.ts';
import { errno, FileError } from './errno.ts';
import { devices, isFolder, kinds, type Node, type OpenFile, permissions } from './node.ts';

/** All there is of files. Whoever keeps one must not change it: copies share what they have in common. */
export interface FilesState {
  readonly nodes: ReadonlyMap<number, Node>;
  readonly open: ReadonlyMap<number, OpenFile>;
  /** Which of the open ones each descriptor is. */
  readonly descriptors: ReadonlyMap<number, number>;
  readonly nextNode: number;
  readonly nextOpen: number;
  /** The sizes of all files. */
  readonly bytes: number;
  /** How many bytes were read of the devices that give random ones. */
  readonly drawn: number;
}

export const rootNumber = 1;

/** What a module finds when it starts: the folders and devices that AO's loader makes, numbered in its order. */
export function firstState(withData: boolean): FilesState {
  const nodes = new Map<number, Node>();
  const owner = {};
  const add = (path: string, made: Partial<Node> & Pick<Node, 'mode'>) => {
    const number = nodes.size + 1;
    nodes.set(number, { owner, number, timeMs: madeMs, ...made });
    const names = path.split('/');
    let parent = nodes.get(rootNumber);
    for (const name of names.slice(0, -1)) parent = nodes.get(parent?.entries?.get(name) ?? 0);
    if (path !== '') parent?.entries?.set(names.at(-1) ?? '', number);
  };
  const folder = (path: string) => add(path, { mode: kinds.folder | permissions.all, entries: new Map() });
  const device = (path: string, number: number, mode: number) =>
    add(path, { mode: kinds.device | mode, device: number });
  const link = (path: string, target: string) => add(path, { mode: kinds.link | permissions.all, target });
  for (const path of ['', 'tmp', 'home', 'home/web_user', 'dev']) folder(path);
  device('dev/null', devices.null, 0o666);
  device('dev/tty', devices.terminal, 0o666);
  device('dev/tty1', devices.errors, 0o666);
  device('dev/random', devices.random, 0o555);
  device('dev/urandom', devices.urandom, 0o555);
  for (const path of ['dev/shm', 'dev/shm/tmp', 'proc', 'proc/self', 'proc/self/fd']) folder(path);
  link('dev/stdin', '/dev/tty');
  link('dev/stdout', '/dev/tty');
  link('dev/stderr', '/dev/tty1');
  if (withData) folder('data');
  const standard = (path: string, node: number, flags: number): OpenFile => ({ owner, node, path, flags, position: 0 });
  const numbers = [0, 1, 2];
  return {
    nodes,
    open: new Map([
      [0, standard('/dev/tty', 7, 0)],
      [1, standard('/dev/tty', 7, 1)],
      [2, standard('/dev/tty1', 8, 1)],
    ]),
    descriptors: new Map(numbers.map((number) => [number, number])),
    nextNode: nodes.size + 1,
    nextOpen: numbers.length,
    bytes: 0,
    drawn: 0,
  };
}

/** The time of what was there before the clock ran. */
const madeMs = 10_000;

/** A state that can be changed, made of one that cannot. It copies what it changes, once. */
export class Draft {
  readonly owner: Owner = {};
  readonly nodes: Map<number, Node>;
  readonly open: Map<number, OpenFile>;
  readonly descriptors: Map<number, number>;
  nextNode: number;
  nextOpen: number;
  bytes: number;
  drawn: number;

  constructor(from: FilesState) {
    this.nodes = new Map(from.nodes);
    this.open = new Map(from.open);
    this.descriptors = new Map(from.descriptors);
    this.nextNode = from.nextNode;
    this.nextOpen = from.nextOpen;
    this.bytes = from.bytes;
    this.drawn = from.drawn;
  }

  /** That node, to be changed. */
  node(number: number): Node {
    const node = this.nodes.get(number);
    if (!node) throw new FileError(errno.noSuchFile);
    if (node.owner === this.owner) return node;
    const owned: Node = {
      ...node,
      owner: this.owner,
      ...(node.entries ? { entries: new Map(node.entries) } : {}),
      ...(node.content ? { content: new Content(node.content) } : {}),
    };
    this.nodes.set(number, owned);
    return owned;
  }

  /** That open file, to be changed. */
  opened(number: number): OpenFile {
    const file = this.open.get(number);
    if (!file) throw new FileError(errno.badFile);
    if (file.owner === this.owner) return file;
    const owned = { ...file, owner: this.owner };
    this.open.set(number, owned);
    return owned;
  }

  /** A file of a drive, which no folder has. */
  addDrive(drive: DriveFile): Node {
    const number = this.nextNode++;
    const node: Node = { owner: this.owner, number, mode: kinds.file | 0o444, timeMs: 0, drive };
    this.nodes.set(number, node);
    return node;
  }

  addNode(folder: Node, name: string, mode: number, timeMs: number): Node {
    const number = this.nextNode++;
    const made: Node = { owner: this.owner, number, mode, timeMs };
    const node: Node = isFolder(made) ? { ...made, entries: new Map() } : { ...made, content: new Content() };
    this.nodes.set(number, node);
    this.#enter(folder, name, number, timeMs);
    return node;
  }

  /** Takes the name away, and the node with it unless it is open. */
  removeEntry(folder: Node, name: string, timeMs: number): void {
    const parent = this.node(folder.number);
    const number = parent.entries?.get(name);
    parent.entries?.delete(name);
    parent.timeMs = timeMs;
    if (number !== undefined) this.#release(number);
  }

  moveEntry(from: Node, name: string, to: Node, newName: string, timeMs: number): void {
    const source = this.node(from.number);
    const number = source.entries?.get(name) ?? 0;
    const replaced = to.entries?.get(newName);
    source.entries?.delete(name);
    source.timeMs = timeMs;
    this.#enter(to, newName, number, timeMs);
    if (replaced !== undefined) this.#release(replaced);
  }

  close(descriptor: number): void {
    const opened = this.descriptors.get(descriptor);
    if (opened === undefined) throw new FileError(errno.badFile);
    this.descriptors.delete(descriptor);
    if ([...this.descriptors.values()].includes(opened)) return;
    const node = this.open.get(opened)?.node ?? 0;
    this.open.delete(opened);
    if (!this.#isNamed(node)) this.#release(node);
  }

  #enter(folder: Node, name: string, number: number, timeMs: number): void {
    const parent = this.node(folder.number);
    parent.entries?.set(name, number);
    parent.timeMs = timeMs;
  }

  #release(number: number): void {
    for (const file of this.open.values()) if (file.node === number) return;
    this.bytes -= this.nodes.get(number)?.content?.size ?? 0;
    this.nodes.delete(number);
  }

  #isNamed(number: number): boolean {
    if (number === rootNumber) return true;
    for (const { entries } of this.nodes.values()) {
      if (entries) for (const entry of entries.values()) if (entry === number) return true;
    }
    return false;
  }
}
