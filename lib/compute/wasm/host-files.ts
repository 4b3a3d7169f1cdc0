import { HeddleError } from '../../core/error.ts';
import { errno, type Guest, type HostFunctions, hostFunction } from './guest.ts';

/**
 * Files, of which there are none: every path is missing, and of the streams there is an empty input, and an output and
 * an error stream that forget what is written. A guest's files would not be in its memory, so no checkpoint would hold
 * them.
 */
export const fileFunctions: HostFunctions = {
  'env.__syscall_openat': hostFunction('ipip>i', () => -errno.noSuchFile),
  'env.__syscall_unlinkat': hostFunction('ipi>i', () => -errno.noSuchFile),
  'env.__syscall_rmdir': hostFunction('p>i', () => -errno.noSuchFile),
  'env.__syscall_renameat': hostFunction('ipip>i', () => -errno.noSuchFile),
  'env.__syscall_readlinkat': hostFunction('ippp>i', () => -errno.noSuchFile),
  'env.__syscall_dup3': hostFunction('iii>i', () => -errno.badFile),
  'env.__syscall_fcntl64': hostFunction('iip>i', fileControl),
  'env.__syscall_ioctl': hostFunction('iip>i', deviceControl),
  'wasi_snapshot_preview1.fd_close': hostFunction('i>i', (_, file = 0) => (isStream(file) ? 0 : errno.badFile)),
  'wasi_snapshot_preview1.fd_read': hostFunction('ippp>i', read),
  'wasi_snapshot_preview1.fd_write': hostFunction('ippp>i', write),
  'wasi_snapshot_preview1.fd_seek': hostFunction('ilip>i', (_, file = 0, offset = 0) => {
    if (Number.isNaN(offset)) return errno.overflow;
    return isStream(file) ? errno.noSeek : errno.badFile;
  }),
  // WeaveDrive is asked first whenever the guest opens a file. It is not there: the file is sought among the files.
  'env.__asyncjs__weavedrive_open': hostFunction('pp>i', () => 0),
  // All bulk reading goes to it, and the guest takes what is not read for read. AO's loader breaks here too.
  'env.__asyncjs__weavedrive_read': hostFunction('ipp>i', () => {
    throw new HeddleError('guest-trap', 'The module reads through WeaveDrive, which is not there');
  }),
  'env.__asyncjs__weavedrive_close': hostFunction('i>i', () => 0),
};

const input = 0;
const errors = 2;
const isStream = (file: number): boolean => file >= input && file <= errors;

function read({ memory }: Guest, file = 0, _vectors = 0, _count = 0, readAt = 0): number {
  if (file !== input) return errno.badFile;
  memory.writePointer(readAt, 0);
  return 0;
}

function write(guest: Guest, file = 0, vectors = 0, count = 0, writtenAt = 0): number {
  if (!isStream(file) || file === input) return errno.badFile;
  const { memory } = guest;
  const { pointerBytes } = guest.abi;
  let written = 0;
  for (let i = 0; i < count; i++) {
    const length = memory.readPointer(vectors + (2 * i + 1) * pointerBytes);
    // A terminal notes when it was written to, which reads the clock.
    if (length > 0) guest.clockMs++;
    written += length;
  }
  memory.writePointer(writtenAt, written);
  return 0;
}

const control = { duplicate: 0, getDescriptorFlags: 1, setDescriptorFlags: 2, getFlags: 3, setFlags: 4 };

function fileControl(_: Guest, file = 0, command = 0): number {
  if (!isStream(file)) return -errno.badFile;
  if (command === control.getFlags) return file === input ? 0 : 1;
  const done =
    command === control.getDescriptorFlags || command === control.setDescriptorFlags || command === control.setFlags;
  return done ? 0 : -errno.invalid;
}

const getWindowSize = 21_523;

/** The C library asks for the window's size to learn whether output goes to a terminal, which it buffers by lines. */
function deviceControl({ memory }: Guest, file = 0, operation = 0, variadic = 0): number {
  if (!isStream(file)) return -errno.badFile;
  if (operation !== getWindowSize) return -errno.notTerminal;
  if (file !== errors) {
    const size = memory.readPointer(variadic);
    memory.view.setInt16(size, 24, true);
    memory.view.setInt16(size + 2, 80, true);
  }
  return 0;
}
