import type { Signature } from '../wasm/binary.ts';
import { FileError } from '../wasm/files/index.ts';
import { errno } from './errno.ts';
import type { Host } from './host.ts';

/** A function that a guest may import. Values of 32 bits are unsigned here, and those of 64 are signed. */
export interface HostFunction {
  readonly signature: Signature;
  /** Throws `FileError` for what the guest is told by an error number. */
  call(host: Host, ...values: number[]): void;
}

/** By their names in WASI. */
export type HostFunctions = Readonly<Record<string, HostFunction>>;

/** The most entries that a guest may put into a list for one call. */
export const mostVectors = 1024;

export const hostFunction = (signature: Signature, call: HostFunction['call']): HostFunction => ({ signature, call });

/** For what there is not. */
export const refuse = (): void => {
  throw new FileError(errno.notSupported);
};
