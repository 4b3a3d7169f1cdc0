/** The error numbers of WASI, which Emscripten shares. */
export const errno = {
  access: 2,
  badFile: 8,
  exists: 20,
  invalid: 28,
  inputOutput: 29,
  isDirectory: 31,
  tooManyLinks: 32,
  tooManyOpen: 33,
  nameTooLong: 37,
  noDevice: 43,
  noSuchFile: 44,
  noMemory: 48,
  noSpace: 51,
  noSystem: 52,
  notDirectory: 54,
  notEmpty: 55,
  notTerminal: 59,
  noSuchDevice: 60,
  overflow: 61,
  notPermitted: 63,
  outOfRange: 68,
  noSeek: 70,
};

/** Why something cannot be done to a file. The guest is told by the number; nobody else gets to see it. */
export class FileError extends Error {
  readonly errno: number;

  constructor(errno: number) {
    super(`errno ${errno}`);
    this.errno = errno;
  }
}
