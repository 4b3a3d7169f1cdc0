declare module 'fs-native-extensions' {
  /** Takes the exclusive lock of an open file, unless another file descriptor has it, in whichever program. */
  export function tryLock(fd: number): boolean;
}
