/**
 * All files and folders of a process between two turns, by their paths from the root, without a slash before them;
 * `undefined` marks a folder. Sorted by path, so that a folder stands before what is in it. Nobody changes one, nor the
 * bytes in it.
 */
export type FileTree = ReadonlyMap<string, Uint8Array | undefined>;

/** What a process starts with. */
export const noFiles: FileTree = new Map();

/** The bytes of all files. */
export function treeBytes(tree: FileTree): number {
  let bytes = 0;
  for (const content of tree.values()) bytes += content?.length ?? 0;
  return bytes;
}

/** `entries` as a tree. */
export const toTree = (entries: Iterable<readonly [path: string, content: Uint8Array | undefined]>): FileTree =>
  new Map([...entries].sort(([one], [other]) => (one < other ? -1 : 1)));
