// A guest's files, in memory.

export { decodeFiles, encodeFiles } from './codec.ts';
export { errno, FileError } from './errno.ts';
export { Files } from './files.ts';
export { isDevice, isTerminal, type Node, sizeOf } from './node.ts';
export { type FilesState, firstState } from './state.ts';
export type { FileLimits } from './tree.ts';
