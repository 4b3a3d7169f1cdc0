import { errno as shared } from '../wasm/files/index.ts';

/** The error numbers of WASI. */
export const errno = { ...shared, busy: 10, fault: 21, notText: 25, notSupported: 58, outsideRoot: 76 };
